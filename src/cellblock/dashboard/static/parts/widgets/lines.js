// A chart of ctx.monitor: its series brought onto one axis of numbers, moments or names.

import { html, useMemo } from "../../vendor/ui.js";
import { many, visible } from "../../core/format.js";
import { Chart } from "../chart.js";
import { figure } from "./value.js";

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Lines over one axis. */
export function Lines({ series }) {
  const drawn = useMemo(() => aligned(series), [series]);
  const names = drawn.series.map((one) => one.name).filter(Boolean);
  const label = `Chart of ${many(drawn.series.length, "line")}${names.length ? `: ${names.join(", ").slice(0, 200)}` : ""}, ${many(drawn.x.length, "place")} each`;
  // Names along the axis belong to the axis: another set of them is another chart.
  return html`${series.length === 1 && names.length === 1 && html`<p class="chart-name soft"><bdi>${names[0]}</bdi></p>`}<${Chart} key=${drawn.names ? drawn.names.join("\n") : ""} label=${label} height=${220} format=${figure} ...${drawn} />`;
}

/** {x, series, time, names}: `x` in order, each once; what a series does not have there is undefined, a gap is null. */
export function aligned(series) {
  const given = series.map((one) => ({ name: visible(one.name, 60), xs: one.x ?? one.y.map((_, n) => n), ys: one.y }));
  const { time, names, place } = axis(given.flatMap((one) => one.xs));
  const at = new Map();
  given.forEach(({ xs, ys }, n) => xs.forEach((x, k) => {
    const where = place(x);
    if (!at.has(where)) at.set(where, new Array(given.length));
    at.get(where)[n] = ys[k];
  }));
  const rows = [...at.entries()].sort(([one], [other]) => one - other);
  return { x: rows.map(([x]) => x), series: given.map(({ name }, n) => ({ name, values: rows.map(([, values]) => values[n]) })), time, names };
}

// Seconds since 1970 of this century, or milliseconds of it.
const seconds = (n) => n > 9.4e8 && n < 4.2e9;
const milliseconds = (n) => n > 9.4e11 && n < 4.2e12;

function axis(every) {
  const texts = every.some((x) => typeof x === "string");
  if (!texts) {
    if (every.length && every.every(seconds)) return { time: true, place: (x) => x };
    if (every.length && every.every(milliseconds)) return { time: true, place: (x) => x / 1000 };
    return { time: false, place: (x) => x };
  }
  if (every.every((x) => ISO.test(x) && !Number.isNaN(moment(x)))) return { time: true, place: moment };
  const names = [...new Set(every.map(String))];
  const numbers = new Map(names.map((name, n) => [name, n]));
  return { time: false, names: names.map((name) => visible(name, 24)), place: (x) => numbers.get(String(x)) };
}

// A worker's clock is UTC, and so is a moment that names no zone.
function moment(text) {
  const [, zone] = ISO.exec(text);
  return Date.parse(`${text.replace(" ", "T")}${text.length > 10 && !zone ? "Z" : ""}`) / 1000;
}
