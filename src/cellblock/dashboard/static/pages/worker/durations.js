// How long the ticks of a worker took, with the failed ones marked.

import { html } from "../../vendor/ui.js";
import { duration, many } from "../../core/format.js";
import { Chart } from "../../parts/chart.js";

/** `runs` are RunViews, the oldest first; `onPick(run)` hears a click. */
export function Durations({ runs, onPick, height = 170 }) {
  const failed = runs.filter((run) => run.outcome !== "done").length;
  const longest = Math.max(0, ...runs.map((run) => run.duration_ms));
  const label = `How long the last ${many(runs.length, "tick")} took: at most ${duration(longest)}${failed ? `; ${failed} failed` : ""}`;
  const shown = parted(runs);
  const series = [
    { name: "duration", values: shown.map((run) => run.duration_ms) },
    { name: "failed", values: shown.map((run) => (run.outcome === "done" ? null : run.duration_ms)), points: true, tone: "--bad" },
  ];
  return html`<${Chart} label=${label} time height=${height} x=${shown.map((run) => run.started_at)} series=${series} format=${said} onPick=${(at) => shown[at].id !== undefined && onPick(shown[at])} />`;
}

const said = (ms) => (typeof ms === "number" ? duration(ms) : "–");

// While a worker stands still its line is broken: a point without a value lies in the pause.
function parted(runs) {
  const apart = runs.slice(1).map((run, n) => run.started_at - runs[n].started_at);
  const usual = [...apart].sort((a, b) => a - b)[apart.length >> 1] || 0;
  const pause = ({ started_at }, s) => ({ started_at: started_at + s / 2, duration_ms: null, outcome: "done" });
  return runs.flatMap((run, n) => (n && apart[n - 1] > 5 * usual + 5 ? [pause(runs[n - 1], apart[n - 1]), run] : [run]));
}
