// One tick: how it ended, what it cost, what it called and said. Errors and lines are a worker's texts.

import { html } from "../../vendor/ui.js";
import { api, path } from "../../core/api.js";
import { bytes, count, duration } from "../../core/format.js";
import { useLoad } from "../../core/live.js";
import { Link } from "../../core/router.js";
import { Time } from "../../core/time.js";
import { OutcomeBadge } from "../../parts/badge.js";
import { Dialog } from "../../parts/dialog.js";
import { Hostile, HostileBlock } from "../../parts/hostile.js";
import { Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";

const CAUSES = { schedule: "its schedule", event: "an event", manual: "a person" };
const ENDED = {
  done: "It came to its end.",
  error: "The code raised an exception.",
  timeout: "It took longer than it may, and was broken off.",
  memory: "It wanted more memory than it may have.",
  crash: "Its process died.",
  security: "It did what only hostile code does.",
};
const LINES = 100;
const AFTER_S = 0.25; // lines of the end are sent a moment later

/** A dialog about a RunView. */
export function Tick({ run, workspace, name, onClose }) {
  const to = ["w", workspace, "workers", name, "versions"];
  return html`<${Dialog} wide title=${`Tick ${count(run.n)}`} onClose=${onClose}><div class="stack tick">
    <p class="row"><${OutcomeBadge} outcome=${run.outcome} /><span>${ENDED[run.outcome]}</span></p>
    ${run.error && html`<p class="tick-error"><${Hostile} text=${run.error} most=${2000} /></p>`}
    <dl class="facts tick-facts">
      <dt>Began</dt><dd><${Time} at=${run.started_at} form="whole" />, ${duration(run.late_ms)} late</dd>
      <dt>Took</dt><dd>${duration(run.duration_ms)}, of which the processor ${duration(run.cpu_ms)}</dd>
      <dt>Memory</dt><dd>${bytes(run.memory_bytes)}</dd>
      <dt>Caused by</dt><dd>${CAUSES[run.cause] || run.cause}${run.skipped ? `; ${count(run.skipped)} before it were skipped` : ""}</dd>
      <dt>Version</dt><dd><${Link} to=${to}>${run.version}<//></dd>
      <dt>Calls of ctx</dt><dd>${count(run.ctx_calls)}</dd>
    </dl>
    ${run.traceback && html`<section><h3>Where it failed</h3><${HostileBlock} label="Traceback" text=${run.traceback} /></section>`}
    ${run.calls && html`<${Calls} run=${run} />`}
    <${Said} run=${run} where=${path`workspaces/${workspace}/workers/${name}`} />
  </div><//>`;
}

function Calls({ run }) {
  const { calls } = run;
  if (!calls.length) return html`<section><h3>What it called</h3><p class="faint">It made no call of ctx.</p></section>`;
  const columns = [
    { key: "n", title: "#", end: true, narrow: true, cell: (row) => count(row.n) },
    { key: "call", title: "Call", narrow: true, cell: (row) => html`<code>ctx.<${Hostile} text=${row.call} most=${100} /></code>` },
    { key: "ms", title: "Took", end: true, narrow: true, cell: (row) => (row.ms < 0.1 ? "< 0.1 ms" : duration(row.ms)) },
    { key: "result", title: "Answer", narrow: true, cell: (row) => html`<span class=${row.result === "ok" ? "" : "bad"}><${Hostile} text=${row.result} most=${100} /></span>` },
  ];
  const first = Math.max(1, run.ctx_calls - calls.length + 1);
  return html`<section><h3>What it called${calls.length < run.ctx_calls ? `, the last ${calls.length}` : ""}</h3>
    <div class="tick-calls" tabindex="0" role="region" aria-label="What it called"><${Plain} label="Calls of ctx" columns=${columns} rows=${calls.map((call, at) => ({ ...call, n: first + at }))} keyOf=${(row) => row.n} /></div></section>`;
}

function Said({ run, where }) {
  const query = { since: run.started_at, until: run.started_at + run.duration_ms / 1000 + AFTER_S, order: "oldest", limit: LINES };
  const [page, problem, again] = useLoad(() => api.get(`${where}/logs`, query), [run.id]);
  if (problem) return html`<${Trouble} problem=${problem} again=${again} />`;
  if (!page?.items.length) return null;
  // Further lines of a message stand further in, so that none passes for another message.
  const text = page.items.map((line) => `${line.level.padEnd(5)} ${line.message.replaceAll("\n", "\n      ")}`).join("\n");
  return html`<section><h3>What it said${page.next ? `, the first ${LINES} lines` : ""}</h3><${HostileBlock} label="Log lines of this tick" text=${text} /></section>`;
}
