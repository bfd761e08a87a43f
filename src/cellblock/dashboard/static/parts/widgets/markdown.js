// A passage in Markdown, a small part of it, as elements: headings, lists, quotes, code, bold, italic
// and links that say where they lead. No markup, no pictures; time grows with the length alone.

import { html } from "../../vendor/ui.js";
import { visible } from "../../core/format.js";

// Each way from a sign goes on to the next such sign at most, so no text makes it go over itself again and again.
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)|!?\[([^[\]\n]*)\]\(([^()\s]{1,2000})\)/g;
const DEEPEST = 4;

/** The passage as elements. `top` is the level of its first headings. */
export function markdown(text, top = 3) {
  const lines = text.split("\n");
  const blocks = [];
  for (let at = 0; at < lines.length;) at = block(lines, at, blocks, top);
  return blocks;
}

function block(lines, at, blocks, top) {
  const line = lines[at];
  if (!line.trim()) return at + 1;
  const fence = /^\s{0,3}(```|~~~)/.exec(line);
  if (fence) return fenced(lines, at + 1, blocks, fence[1]);
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    const Level = `h${Math.min(6, top + heading[1].length - 1)}`;
    blocks.push(html`<${Level} dir="auto">${inline(heading[2])}<//>`);
    return at + 1;
  }
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) {
    blocks.push(html`<hr />`);
    return at + 1;
  }
  if (item(line)) return list(lines, at, blocks);
  if (/^\s{0,3}>/.test(line)) {
    const [said, next] = run(lines, at, (one) => /^\s{0,3}>/.test(one));
    blocks.push(html`<blockquote dir="auto">${inline(said.map((one) => one.replace(/^\s{0,3}>\s?/, "")).join("\n"))}</blockquote>`);
    return next;
  }
  const [said, next] = run(lines, at, (one) => one.trim() && !/^\s{0,3}(```|~~~|>|#{1,6}\s)/.test(one) && !item(one), 1);
  blocks.push(html`<p dir="auto">${inline(said.join("\n"))}</p>`);
  return next;
}

/** The lines from `at` as long as they are so, and at least `least`. */
function run(lines, at, so, least = 0) {
  let end = at + least;
  while (end < lines.length && so(lines[end])) end += 1;
  return [lines.slice(at, end), end];
}

function fenced(lines, at, blocks, mark) {
  const [said, next] = run(lines, at, (one) => !one.trim().startsWith(mark));
  blocks.push(html`<pre class="block" tabindex="0"><bdi>${visible(said.join("\n"))}</bdi></pre>`);
  return next + 1;
}

const item = (line) => /^(\s{0,12})(?:([-*+])|(\d{1,9})[.)])\s+(\S.*)$/.exec(line);

function list(lines, at, blocks) {
  const [said, next] = run(lines, at, item);
  const items = said.map((line) => item(line)).map(([, space, , number, text]) => ({ deep: Math.min(DEEPEST, Math.floor(space.length / 2)), number, text }));
  blocks.push(nested(items, items[0].deep));
  return next;
}

function nested(items, deep) {
  const rows = [];
  for (let at = 0; at < items.length;) {
    let end = at + 1;
    while (end < items.length && items[end].deep > deep) end += 1;
    const inner = items.slice(at + 1, end);
    rows.push(html`<li dir="auto">${inline(items[at].text)}${inner.length > 0 && nested(inner, Math.min(...inner.map((one) => one.deep)))}</li>`);
    at = end;
  }
  return items[0].number === undefined ? html`<ul>${rows}</ul>` : html`<ol start=${items[0].number}>${rows}</ol>`;
}

function inline(text, deep = 0) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > last) parts.push(visible(text.slice(last, found.index)));
    last = found.index + found[0].length;
    const [whole, code, bold, italic, slanted, label, address] = found;
    const inner = (said) => (deep < 1 ? inline(said, deep + 1) : visible(said));
    if (code !== undefined) parts.push(html`<code>${visible(code)}</code>`);
    else if (bold !== undefined) parts.push(html`<strong>${inner(bold)}</strong>`);
    else if (italic !== undefined || slanted !== undefined) parts.push(html`<em>${inner(italic ?? slanted)}</em>`);
    else parts.push(link(whole, label, address));
  }
  if (last < text.length) parts.push(visible(text.slice(last)));
  return parts;
}

// A link tells its host, for its text may tell another.
function link(whole, label, address) {
  let to;
  try {
    to = new URL(address);
  } catch {
    return visible(whole);
  }
  if ((to.protocol !== "https:" && to.protocol !== "http:") || to.username || to.password) return visible(whole);
  const text = visible(label || address, 500);
  return html`<a href=${to.href} rel="noopener noreferrer" target="_blank" title=${visible(to.href, 500)}><bdi>${text}</bdi></a>${text === to.host ? "" : html` <small>(${visible(to.host, 100)})</small>`}`;
}
