// How long the ticks of a worker took, with the failed ones marked.

import { html } from "../../vendor/ui.js";
import { duration, many } from "../../core/format.js";
import { Chart } from "../../parts/chart.js";

/** `runs` are RunViews, the oldest first; `onPick(run)` hears a click. */
export function Durations({ runs, onPick, height = 170 }) {
  const failed = runs.filter((run) => run.outcome !== "done").length;
  const longest = Math.max(0, ...runs.map((run) => run.duration_ms));
  const label = `How long the last ${many(runs.length, "tick")} took: at most ${duration(longest)}${failed ? `; ${failed} failed` : ""}`;
  const series = [
    { name: "duration", values: runs.map((run) => run.duration_ms) },
    { name: "failed", values: runs.map((run) => (run.outcome === "done" ? null : run.duration_ms)), points: true, tone: "--bad" },
  ];
  return html`<${Chart} label=${label} time height=${height} x=${runs.map((run) => run.started_at)} series=${series} format=${said} onPick=${(at) => onPick(runs[at])} />`;
}

const said = (ms) => (typeof ms === "number" ? duration(ms) : "–");
