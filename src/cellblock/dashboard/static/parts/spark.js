// The last durations of a worker as small bars, the failed ones in red.

import { html } from "../vendor/ui.js";
import { duration } from "../core/format.js";
import { toneOfOutcome } from "./badge.js";

const STEP = 2;

/** `recent` is [[duration_ms, outcome] …], the oldest first. */
export function Spark({ recent, most = 30, height = 22 }) {
  const shown = recent.slice(-most);
  if (!shown.length) return html`<span class="faint">–</span>`;
  const top = Math.max(...shown.map(([ms]) => ms), 1e-6);
  const bars = { good: "", warn: "", bad: "", idle: "" };
  shown.forEach(([ms, outcome], n) => {
    const tall = Math.max(1.5, (ms / top) * height);
    bars[toneOfOutcome(outcome)] += `M${(most - shown.length + n) * STEP + 0.5} ${height}v${-tall.toFixed(1)}`;
  });
  const failed = shown.filter(([, outcome]) => outcome !== "done").length;
  const said = `last ${shown.length} ticks, longest ${duration(top)}${failed ? `, ${failed} failed` : ""}`;
  return html`<svg class="spark" width=${most * STEP} height=${height} viewBox=${`0 0 ${most * STEP} ${height}`} role="img" aria-label=${said}>
    <title>${said}</title>
    ${Object.entries(bars).map(([tone, d]) => d && html`<path key=${tone} class=${tone} d=${d} />`)}
  </svg>`;
}
