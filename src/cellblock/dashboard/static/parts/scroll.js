// A long list, of which only what is in view is drawn. Rows have any height; they come in pieces
// (chunks), which are measured when they are drawn and guessed before.

import { html, useLayoutEffect, useMemo, useRef, useState } from "../vendor/ui.js";

const ROW_PX = 21;
const NEAR_PX = 24;
const TOP_PX = 600;

/**
 * `chunks` are [{key, items}], the oldest first; `items` may grow at the end. `row(item)` draws one; `look`
 * is a word that changes when all rows look otherwise. While `stuck`, the end is kept in view; `onStuck`
 * hears when the reader leaves it or comes back. `onTop` is asked for older ones.
 */
export function Scroll({ label, chunks, row, look = "", stuck, onStuck, onTop, className = "" }) {
  const frame = useRef(null);
  const anchor = useRef(null);
  const [, turn] = useState(0);
  const [size, setSize] = useState({ width: 0, height: 600 });
  const heights = useMemo(() => new WeakMap(), [look, size.width]);
  const again = () => turn((n) => n + 1);
  const tall = (chunk) => {
    const known = heights.get(chunk);
    return known ? known.px + (chunk.items.length - known.count) * ROW_PX : chunk.items.length * ROW_PX;
  };
  const place = () => {
    let top = 0;
    for (const chunk of chunks) {
      if (chunk === anchor.current?.chunk) return top + anchor.current.offset;
      top += tall(chunk);
    }
    return Math.max(0, Math.min(top, frame.current?.scrollTop ?? 0));
  };
  const whole = chunks.reduce((sum, chunk) => sum + tall(chunk), 0);
  const seen = stuck ? Math.max(0, whole - size.height) : place();
  const shown = inView(chunks, tall, seen - size.height, seen + 2 * size.height);

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      setSize((old) => (Math.abs(old.width - width) < 1 && Math.abs(old.height - height) < 1 ? old : { width, height }));
    });
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    const box = frame.current;
    let changed = false;
    for (const element of box.querySelectorAll(".scroll-chunk")) {
      const chunk = shown.chunks[Number(element.dataset.at)];
      const px = element.getBoundingClientRect().height;
      if (Math.abs(tall(chunk) - px) > 0.5) changed = true;
      heights.set(chunk, { px, count: chunk.items.length });
    }
    const to = stuck ? box.scrollHeight - box.clientHeight : place();
    if (Math.abs(box.scrollTop - to) > 1) box.scrollTop = to;
    if (changed) again();
    if (onTop && box.scrollTop < TOP_PX) onTop();
  });
  const moved = () => {
    const box = frame.current;
    let top = 0;
    for (const chunk of chunks) {
      const height = tall(chunk);
      if (top + height > box.scrollTop) {
        anchor.current = { chunk, offset: box.scrollTop - top };
        break;
      }
      top += height;
    }
    const near = box.scrollHeight - box.clientHeight - box.scrollTop < NEAR_PX;
    if (near !== stuck) onStuck(near);
    again();
  };
  return html`<div class=${`scroll ${className}`} ref=${frame} onScroll=${moved} tabindex="0" role="region" aria-label=${label}>
    <div style=${{ height: `${shown.above}px` }}></div>
    ${shown.chunks.map((chunk, at) => html`<${Chunk} key=${chunk.key} ...${{ chunk, at, row, look, count: chunk.items.length }} />`)}
    <div style=${{ height: `${shown.below}px` }}></div>
  </div>`;
}

function inView(chunks, tall, from, to) {
  let top = 0;
  const found = { above: 0, chunks: [], below: 0 };
  for (const chunk of chunks) {
    const height = tall(chunk);
    if (top + height < from) found.above += height;
    else if (top > to) found.below += height;
    else found.chunks.push(chunk);
    top += height;
  }
  return found;
}

// Drawn anew only when it grew or looks otherwise: what has not changed is the same object to the page.
function Chunk({ chunk, at, row, look, count }) {
  const rows = useMemo(() => chunk.items.map(row), [chunk, count, look]);
  return html`<div class="scroll-chunk" data-at=${at}>${rows}</div>`;
}
