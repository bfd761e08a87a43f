// What the ticks of a time tell together.

import { html, useEffect, useState } from "../../vendor/ui.js";
import { api } from "../../core/api.js";
import { count, duration } from "../../core/format.js";
import { usePoll } from "../../core/live.js";
import { now } from "../../core/time.js";
import { toneOfOutcome } from "../../parts/badge.js";
import { Loading, Trouble } from "../../parts/page.js";

const SPANS = [["hour", "1 hour", 3_600], ["day", "1 day", 86_400], ["", "all", null]];
// The more is summed up, the more rarely it is asked for.
const everyMs = (seconds) => (seconds === null ? 300_000 : Math.max(10_000, seconds));

/** Read them again and again: [StatisticsView or undefined, problem]. */
export function useStatistics(where, seconds) {
  const [found, setFound] = useState(undefined);
  const [problem] = usePoll(async (signal) => {
    setFound(await api.get(`${where}/runs/statistics`, { since: seconds ? now.peek() - seconds : undefined }, { signal }));
  }, everyMs(seconds), [where, seconds]);
  useEffect(() => setFound(undefined), [where, seconds]); // those of another time are not shown as of this one
  return [found, problem];
}

/** A card of them. */
export function Statistics({ where }) {
  const [span, setSpan] = useState("hour");
  const [found, problem] = useStatistics(where, SPANS.find(([key]) => key === span)[2]);
  return html`<section class="card"><div class="row"><h2 class="grow">Together</h2>
      <div class="choice" role="group" aria-label="Of which time">${SPANS.map(([key, text]) => html`<button key=${key} class=${key === span ? "on" : ""} aria-pressed=${key === span} onClick=${() => setSpan(key)}>${text}</button>`)}</div></div>
    <${Trouble} problem=${problem} />
    ${found ? html`<${Sums} found=${found} />` : html`<${Loading} rows=${4} />`}
  </section>`;
}

function Sums({ found }) {
  const { runs } = found;
  const each = (sum) => (runs ? sum / runs : null);
  return html`<p class="row outcomes-said">${Object.entries(found.by_outcome).map(([outcome, n]) => html`<span key=${outcome} class=${toneOfOutcome(outcome)}><b class="number">${count(n)}</b> ${outcome}</span>`)}
      ${!runs && html`<span class="faint">no ticks</span>`}${found.skipped > 0 && html`<span class="warn"><b class="number">${count(found.skipped)}</b> skipped</span>`}</p>
    <table class="table sums"><thead><tr><th scope="col"><span class="faint">of each tick</span></th><th scope="col" class="end">50 % below</th><th scope="col" class="end">99 % below</th></tr></thead><tbody>
      <tr><th scope="row">Duration</th><td class="end">${duration(found.duration_ms_p50)}</td><td class="end">${duration(found.duration_ms_p99)}</td></tr>
      <tr><th scope="row">Lateness</th><td class="end">${duration(found.late_ms_p50)}</td><td class="end">${duration(found.late_ms_p99)}</td></tr>
      <tr><th scope="row">Processor, on average</th><td class="end" colspan="2">${duration(each(found.cpu_ms))}</td></tr>
      <tr><th scope="row">Calls of ctx, on average</th><td class="end" colspan="2">${runs ? count(each(found.ctx_calls)) : "–"}</td></tr>
    </tbody></table>`;
}
