// A worker at a glance: what it shows, how it ticks, what it uses, what it says, and what holds it.

import { html, useState } from "../../vendor/ui.js";
import { path } from "../../core/api.js";
import { bytes, count, duration, many, visible } from "../../core/format.js";
import { Link } from "../../core/router.js";
import { Time, clockOf, utcOf, wholeOf } from "../../core/time.js";
import { Icon } from "../../parts/icon.js";
import { Outcomes } from "../../parts/outcomes.js";
import { Loading } from "../../parts/page.js";
import { Picture } from "../../parts/widgets/picture.js";
import { Durations } from "./durations.js";
import { judge } from "./layers.js";
import { useReport } from "./proof.js";
import { useStatistics } from "./statistics.js";
import { Tick } from "./tick.js";

const CELLS = 60;
const LINES = 14;
const AVERAGED = 60;

export default function Overview({ workspace, name, live }) {
  const [open, setOpen] = useState(null);
  const to = (tab) => ["w", workspace, "workers", name, tab];
  const drawn = live.monitor.value;
  const shows = drawn?.widgets.length > 0;
  const ticks = html`<${Ticks} key="ticks" runs=${live.runs.value} known=${live.at.value !== undefined} to=${to} onPick=${setOpen} />`;
  return html`<div class=${`overview${shows ? " shows" : ""}`}>
    <div class="stack">
      ${shows ? html`<section class="stack" aria-label="Monitor"><${Head} title="Monitor" to=${to("monitor")}><span class=${live.worker.value.state === "running" ? "faint" : "warn"}>drawn <${Time} at=${drawn.at} /></span><//><${Picture} widgets=${drawn.widgets} /></section>` : ticks}
      ${!shows && html`<${Said} lines=${live.lines.value} to=${to} />`}
    </div>
    <div class="stack">
      ${shows && ticks}
      <${Uses} ...${{ workspace, name, live }} />
      ${shows && html`<${Said} lines=${live.lines.value} to=${to} />`}
      <${Held} ...${{ workspace, name, live, to }} />
    </div>
    ${open && html`<${Tick} key=${open.id} run=${open} workspace=${workspace} name=${name} onClose=${() => setOpen(null)} />`}
  </div>`;
}

function Head({ title, to, children }) {
  return html`<div class="row overview-head"><h2 class="grow">${title}</h2><span class="number">${children}</span>${to && html`<${Link} to=${to} aria-label=${`${title}: see all`}>See all<//>`}</div>`;
}

function Ticks({ runs, known, to, onPick }) {
  const last = runs.at(-1);
  return html`<section class="card stack"><${Head} title="Ticks" to=${to("ticks")}>${last && html`<span class="faint">last <${Time} at=${last.started_at} /></span>`}<//>
    ${last ? html`<${Durations} runs=${runs} height=${140} onPick=${onPick} /><${Outcomes} runs=${runs.slice(-CELLS)} onPick=${onPick} />`
      : known ? html`<p class="faint">It has not ticked yet.</p>` : html`<${Loading} rows=${4} />`}</section>`;
}

function Uses({ workspace, name, live }) {
  const [hour] = useStatistics(path`workspaces/${workspace}/workers/${name}`, 3_600);
  const worker = live.worker.value;
  const runs = live.runs.value.slice(-AVERAGED);
  const each = (of) => (runs.length ? runs.reduce((sum, run) => sum + of(run), 0) / runs.length : null);
  const cpu = each((run) => run.cpu_ms);
  const calls = each((run) => run.ctx_calls);
  const limit = worker.settings.limits.memory_bytes;
  const failed = hour ? hour.runs - (hour.by_outcome.done || 0) : 0;
  return html`<section class="card"><h2>Use</h2><dl class="facts number">
    <dt>Memory</dt><dd>${bytes(runs.at(-1)?.memory_bytes)}${limit ? html` <span class="faint">of ${bytes(limit)}</span>` : ""}</dd>
    <dt>Processor</dt><dd>${duration(cpu)} <span class="faint">a tick</span></dd>
    <dt>Calls of ctx</dt><dd>${calls === null ? "–" : count(calls)} <span class="faint">a tick</span></dd>
    <dt>Lateness</dt><dd>${duration(hour?.late_ms_p50)} <span class="faint">(50 % below),</span> ${duration(hour?.late_ms_p99)} <span class="faint">(99 %)</span></dd>
    <dt>Duration</dt><dd>${duration(hour?.duration_ms_p50)} <span class="faint">(50 % below),</span> ${duration(hour?.duration_ms_p99)} <span class="faint">(99 %)</span></dd>
    <dt>Last hour</dt><dd>${hour ? many(hour.runs, "tick") : "–"}${failed > 0 && html`, <span class="bad">${count(failed)} failed</span>`}${hour?.skipped > 0 && html`, <span class="warn">${count(hour.skipped)} skipped</span>`}</dd>
    <dt>Restarts</dt><dd>${count(worker.restarts)}</dd>
  </dl></section>`;
}

function Said({ lines, to }) {
  return html`<section class="card overview-log"><${Head} title="Log" to=${to("log")} />
    <div class="last-lines">${lines.length ? lines.slice(-LINES).map((line) => html`<p key=${line.id} class=${`last-line ${line.level}`}>
      <time class="number" title=${`${wholeOf(line.at)}\n${utcOf(line.at)}`}>${clockOf(line.at)}</time>
      <bdi class="cut">${line.level === "warn" || line.level === "error" ? html`<b>${line.level}</b> ` : ""}${visible(line.message, 300).replace(/\s+/g, " ")}</bdi></p>`) : html`<p class="faint">It has not said anything yet.</p>`}</div></section>`;
}

function Held({ workspace, name, live, to }) {
  const [found] = useReport(workspace, name, live);
  const layers = found?.enforcement && found.pid !== null ? judge(found.enforcement) : [];
  const held = layers.filter((layer) => layer.on).length;
  const missing = layers.filter((layer) => !layer.on).map((layer) => layer.name);
  return html`<section class="card row overview-held" aria-label="Enforcement"><span class=${held ? "good" : "faint"}><${Icon} name="shield" size=${20} /></span>
    <span class="grow">${found ? (layers.length ? html`${held} of ${layers.length} layers hold${missing.length > 0 && html` <span class="faint">(not here: ${missing.join(", ")})</span>`}` : html`<span class="faint">no process, no jail</span>`) : html`<span class="faint">…</span>`}</span>
    <${Link} to=${to("proof")}>See the proof<//></section>`;
}
