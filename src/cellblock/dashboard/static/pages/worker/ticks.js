// The ticks of a worker: how long they took, how they ended, each one to be opened.

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/ui.js";
import { online, path } from "../../core/api.js";
import { bytes, count, duration, many } from "../../core/format.js";
import { route, setQuery } from "../../core/router.js";
import { Time, isToday } from "../../core/time.js";
import { OutcomeBadge } from "../../parts/badge.js";
import { SelectField } from "../../parts/field.js";
import { Hostile } from "../../parts/hostile.js";
import { Outcomes } from "../../parts/outcomes.js";
import { Empty, Loading, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { Durations } from "./durations.js";
import { Runs, STEP } from "./runs.js";
import { Statistics } from "./statistics.js";
import { Tick } from "./tick.js";

const CHOICES = [["", "all"], ["failed", "all that failed"], ["done", "done"], ["error", "error"], ["timeout", "timeout"], ["memory", "memory"], ["crash", "crash"], ["security", "security"]];
const CELLS = 200;

export default function Ticks({ workspace, name, live }) {
  const where = path`workspaces/${workspace}/workers/${name}`;
  const [open, setOpen] = useState(null);
  const runs = live.runs.value;
  if (!runs.length) return live.at.value === undefined ? html`<${Loading} />` : html`<${Nothing} live=${live} name=${`${workspace}/${name}`} />`;
  return html`<div class="stack">
    <div class="halves ticks-top">
      <section class="card"><h2>How long they took</h2><${Durations} runs=${runs} onPick=${setOpen} />
        <p class="hint">The last ${many(runs.length, "tick")}; press on a point to open its tick.</p></section>
      <${Statistics} where=${where} />
    </div>
    <section class="card"><h2>How they ended</h2><${Outcomes} runs=${runs.slice(-CELLS)} onPick=${setOpen} /></section>
    <${History} ...${{ where, live, onOpen: setOpen, quiet: open !== null }} />
    ${open && html`<${Tick} key=${open.id} run=${open} workspace=${workspace} name=${name} onClose=${() => setOpen(null)} />`}
  </div>`;
}

function Nothing({ live, name }) {
  const stopped = live.worker.value.desired === "stopped";
  return html`<${Empty} title="It has not ticked yet"><p>Each call of <code>tick(ctx)</code> is shown here: when it began, how long it took, how it ended.</p>
    <p>${stopped ? "It is stopped: press Start." : "Wait for its next tick, or press Tick now."} <code>cellblock ${stopped ? "start" : "tick"} ${name}</code> does the same.</p><//>`;
}

// While somebody points at the table or is in it with the keyboard, its rows stay where they are.
function History({ where, live, onOpen, quiet }) {
  const asked = route.value.query.get("outcome") || "";
  const outcome = CHOICES.some(([key]) => key === asked) ? asked : "";
  const held = useMemo(() => new Runs(where, outcome), [where, outcome]);
  const [still, setStill] = useState(false);
  const [shown, setShown] = useState(STEP);
  const drawn = useRef([]);
  const come = live.runs.value;
  const [problem, setProblem] = useState(null);
  const fill = (wanted) => held.fill(wanted).then(() => setProblem(null), setProblem);
  const found = online.value;
  useEffect(() => { setShown(STEP); fill(STEP); }, [held, found]); // a service that came again is asked at once
  useMemo(() => held.take(come), [held, come]);
  const rows = held.rows.value;
  const last = drawn.current;
  if (!((still || quiet) && last.held === held && last.shown === shown && rows.length)) drawn.current = { held, shown, rows: rows.slice(0, shown) };
  const fresh = rows.filter((row) => row.id > (drawn.current.rows[0]?.id ?? Infinity)).length;
  const more = () => { setShown(shown + STEP); return fill(shown + STEP); };
  return html`<section class="stack" aria-label="Ticks">
    <div class="log-bar"><${SelectField} label="Show" value=${outcome} options=${CHOICES} onInput=${(value) => setQuery({ outcome: value })} />
      <p class="hint grow" aria-live="off">${fresh > 0 ? `${many(fresh, "new tick")}; the table goes on when you leave it.` : ""}</p></div>
    <${Trouble} problem=${problem} again=${() => fill(shown)} />
    ${drawn.current.rows.length ? html`<div onPointerEnter=${() => setStill(true)} onPointerLeave=${() => setStill(false)} onFocusIn=${() => setStill(true)} onFocusOut=${() => setStill(false)}>
      <${Plain} label="Ticks" columns=${columns(onOpen)} rows=${drawn.current.rows} keyOf=${(run) => run.id} more=${rows.length > shown || !held.whole.value ? more : undefined} /></div>`
      : held.whole.value ? html`<${Empty} title="No tick ended like that">Of those that are kept.<//>` : !problem && html`<${Loading} rows=${3} />`}
  </section>`;
}

const columns = (onOpen) => [
  { key: "n", title: "Tick", narrow: true, cell: (run) => html`<button class="link number" aria-label=${`Open tick ${run.n}`} onClick=${() => onOpen(run)}>${count(run.n)}</button>` },
  { key: "at", title: "Began", narrow: true, cell: (run) => html`<span class="number"><${Time} at=${run.started_at} form=${isToday(run.started_at) ? "clock" : "whole"} /></span>` },
  { key: "outcome", title: "Ended", narrow: true, cell: (run) => html`<${OutcomeBadge} outcome=${run.outcome} />` },
  { key: "took", title: "Took", end: true, narrow: true, cell: (run) => duration(run.duration_ms) },
  { key: "late", title: "Late", end: true, cell: (run) => duration(run.late_ms) },
  { key: "cpu", title: "Processor", end: true, cell: (run) => duration(run.cpu_ms) },
  { key: "memory", title: "Memory", end: true, cell: (run) => bytes(run.memory_bytes) },
  { key: "calls", title: "Calls", end: true, cell: (run) => count(run.ctx_calls) },
  { key: "version", title: "Version", end: true, cell: (run) => run.version },
  { key: "error", title: "Error", cell: (run) => html`<span class="cut ticks-error">${run.error ? html`<${Hostile} text=${run.error} most=${200} />` : run.cause === "schedule" ? "" : run.cause}</span>` },
];
