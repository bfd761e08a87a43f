// Small widgets, which stand beside each other: numbers, lamps, bars.

import { html } from "../../vendor/ui.js";
import { visible } from "../../core/format.js";
import { Hostile } from "../hostile.js";
import { Value, figure } from "./value.js";

const LAMPS = { ok: ["good", "ok"], warn: ["warn", "warning"], error: ["bad", "error"], idle: ["idle", "idle"], busy: ["busy", "busy"] };

/** A value, large, and its change. */
export function Metric({ label, value, delta }) {
  const way = typeof delta === "number" && delta !== 0 ? (delta > 0 ? "good" : "bad") : "soft";
  const sign = typeof delta === "number" && delta !== 0 ? (delta > 0 ? "▲ " : "▼ ") : "";
  return html`<div class="tile"><p class="tile-label"><${Hostile} text=${label} /></p>
    <p class="tile-value number"><${Value} value=${value} most=${120} /></p>
    <p class=${`tile-delta number ${way}`}>${delta === null || delta === undefined ? "" : typeof delta === "number" ? `${sign}${figure(Math.abs(delta))}` : html`<${Value} value=${delta} />`}</p></div>`;
}

/** A lamp, and always a word. */
export function Status({ label, state }) {
  const [tone, word] = LAMPS[state] || LAMPS.idle;
  return html`<div class="tile tile-lamp"><p class="tile-label"><${Hostile} text=${label} /></p><span class=${`badge ${tone}`}><i aria-hidden="true"></i>${word}</span></div>`;
}

/** A bar; null is under way with no end in sight. */
export function Progress({ label, fraction }) {
  const known = typeof fraction === "number";
  const share = known ? Math.round(Math.max(0, Math.min(1, fraction)) * 1000) / 10 : 0;
  return html`<div class="tile tile-bar"><div class="row"><p class="tile-label grow"><${Hostile} text=${label} /></p><span class="number">${known ? `${Math.floor(share)} %` : "under way"}</span></div>
    <div class=${`bar${known ? "" : " endless"}`} role="progressbar" aria-label=${visible(label, 100) || "Progress"} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${known ? share : undefined}>
      <i style=${known ? { width: `${share}%` } : {}}></i></div></div>`;
}
