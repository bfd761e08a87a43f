// Lines over time or over numbers, drawn by uPlot, which is loaded with the first of them.

import { html, useEffect, useRef } from "../vendor/ui.js";
import { clockOf, dayOf, minuteOf, wholeOf } from "../core/time.js";
import { useTheme } from "./theme.js";
import { complain } from "./toast.js";

let loading;
const load = () => (loading ||= import("../vendor/chart.js").catch((error) => { loading = undefined; throw error; })); // the next one tries again
const NEAR_PX = 300;
const TONES = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6"];

/**
 * `x`: numbers (seconds since 1970 where `time`); `series`: [{name, values (null is a gap), tone?, points?}];
 * `label` says to a screen reader what is shown; `onPick(index)` hears clicks on a point.
 */
export function Chart({ label, x, series, time = false, height = 180, format = (n) => String(n), names, onPick }) {
  const place = useRef(null);
  const drawn = useRef(null);
  const seen = useRef(false); // what nobody sees is not drawn: a picture may hold a hundred of them
  const pick = useRef(onPick);
  pick.current = onPick;
  const shape = series.map((one) => `${one.name} ${one.tone || ""} ${Boolean(one.points)}`).join("|");
  const data = useRef(null);
  data.current = [x, ...series.map((one) => one.values)];
  useEffect(() => {
    let over = false;
    let plot;
    let watch;
    const make = ({ uPlot }) => {
      if (over || plot) return;
      plot = drawn.current = new uPlot(options(uPlot, place.current, { series, time, height, format, names, pick }), data.current, place.current);
      watch = new ResizeObserver(([entry]) => plot.setSize({ width: Math.max(120, Math.floor(entry.contentRect.width)), height }));
      watch.observe(place.current);
    };
    const eye = new IntersectionObserver((entries) => {
      seen.current = entries.at(-1).isIntersecting;
      if (!seen.current) return;
      if (plot) plot.setData(data.current); else load().then(make).catch(complain);
    }, { rootMargin: `${NEAR_PX}px` });
    eye.observe(place.current);
    return () => {
      over = true;
      eye.disconnect();
      watch?.disconnect();
      plot?.destroy();
      drawn.current = null;
    };
  }, [shape, time, height, useTheme()]); // with the colours of another theme it is drawn anew, also if no data come
  useEffect(() => { if (seen.current) drawn.current?.setData(data.current); });
  return html`<div class="chart" role="img" aria-label=${label} ref=${place} style=${{ minHeight: `${height}px` }}></div>`;
}

function options(uPlot, place, { series, time, height, format, names, pick }) {
  // A colour by its variable, as the theme of now has it: a canvas knows no light-dark().
  const probe = document.createElement("span");
  place.append(probe);
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const faint = colour("--faint");
  const grid = { stroke: colour("--edge"), width: 1 };
  const axis = { stroke: faint, grid, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  const result = {
    width: Math.max(120, place.clientWidth), height, legend: { show: series.length > 1 }, cursor: { y: false, points: { size: 7 } },
    scales: { x: { time, range: (_, from, to) => apart(from, to) }, y: { range: (_, from, to) => padded(uPlot, from, to) } },
    axes: [{ ...axis, size: 30, space: time ? 70 : 50, values: names ? (_, at) => at.map((n) => names[n] ?? "") : time ? moments : undefined }, { ...axis, size: 64, values: (_, at) => at.map(format) }],
    // In the legend a value stands where the pointer is, and nothing where it is not.
    series: [{ label: " ", value: (_, at) => (at === null ? "" : time ? wholeOf(at) : names?.[at] ?? String(at)) }, ...series.map((one, n) => {
      const stroke = colour(one.tone || TONES[n % TONES.length]);
      return { label: one.name, stroke, width: one.points ? 0 : 1.5, paths: one.points ? () => null : undefined,
        points: one.points ? { show: true, size: 6, fill: stroke } : { show: undefined }, value: (_, value) => (value === null ? "" : format(value)) };
    })],
    hooks: { ready: [(plot) => plot.over.addEventListener("click", () => { if (plot.cursor.idx !== null) pick.current?.(plot.cursor.idx); })] },
  };
  probe.remove();
  return result;
}

// Numbers that are next to each other, or without end, are no ends of an axis: the search for steps
// between them would have no end either.
const FAR = 1e300;
const NEAR = 1e-12;

/** Ends of an axis for what goes from `from` to `to`, so far apart that it can be divided. */
export function apart(from, to) {
  if (from === null || to === null) return [null, null];
  const [low, high] = [from, to].map((one) => Math.max(-FAR, Math.min(FAR, one)));
  const least = Math.max(1e-290, Math.max(Math.abs(low), Math.abs(high)) * NEAR);
  return high - low >= least ? [low, high] : [low - 500 * least, high + 500 * least];
}

// With some room above and below, and where all are alike.
function padded(uPlot, from, to) {
  const [low, high] = from === to ? [from, to] : apart(from, to);
  return low === null ? [low, high] : apart(...uPlot.rangeNum(low, high, 0.1, true));
}

// Times along the axis as the rest of the page writes them: no finer than they stand apart.
const moments = (_plot, at, _axis, _space, apart) => at.map(apart >= 86_400 ? dayOf : apart >= 60 ? minuteOf : clockOf);
