// What the service is made of and stands on; and its workspaces.

import { html, useState } from "../vendor/ui.js";
import { api, may, session } from "../core/api.js";
import { bytes, count, duration, many } from "../core/format.js";
import { usePoll } from "../core/live.js";
import { heard } from "../core/time.js";
import { Badge, StateBadge } from "../parts/badge.js";
import { Hostile } from "../parts/hostile.js";
import { Icon } from "../parts/icon.js";
import { Loading, Page, Tabs, Trouble } from "../parts/page.js";
import { Plain } from "../parts/table.js";
import { Workspaces } from "./system/workspaces.js";

const EVERY_MS = 5_000;
const TABS = [["service", "Service", ["system"]], ["workspaces", "Workspaces", ["system", "workspaces"]]];

export default function System({ rest }) {
  const whole = session.value.workspace === null;
  const tabs = whole && may("admin") && html`<${Tabs} label="System" items=${TABS} current=${rest[0] === "workspaces" ? "workspaces" : "service"} />`;
  if (rest[0] === "workspaces" || (!whole && may("admin"))) return html`<${Workspaces} tabs=${tabs} />`;
  if (!whole) return html`<${Page} title="System"><p>This needs a token of all workspaces.</p><//>`;
  return html`<${Service} tabs=${tabs} />`;
}

function Service({ tabs }) {
  const [found, setFound] = useState(null);
  const [problem, again] = usePoll(async (signal) => {
    const said = await api.get("system", {}, { signal });
    heard(said.at);
    setFound(said);
  }, EVERY_MS, []);
  const badge = found && html`<${Badge} tone=${found.ok ? "good" : "bad"}>${found.ok ? "well" : "something is wrong"}<//>`;
  return html`<${Page} title="System" badge=${badge}>${tabs}
    <${Trouble} problem=${problem} again=${again} />
    ${!found && !problem && html`<${Loading} rows=${10} />`}
    ${found && html`<${Told} texts=${found.problems} bad /><${Told} texts=${found.warnings} />
      <${Tally} found=${found} />
      <section class="stack"><h2>Layers of the jail</h2><p class="soft">What stands between a worker and this machine, as <code>cellblock doctor</code> shows it.</p><${Layers} layers=${found.layers} /></section>
      <div class="halves"><${Processes} found=${found} /><${Stores} found=${found} /></div>
      <${Versions} versions=${found.versions} />`}
  <//>`;
}

function Told({ texts, bad }) {
  if (!texts?.length) return null;
  return html`<ul class=${`told ${bad ? "bad" : "warn"}`} role=${bad ? "alert" : undefined}>${texts.map((text) => html`<li key=${text}><${Icon} name="warn" /><span><${Hostile} text=${text} most=${1_000} /></span></li>`)}</ul>`;
}

function Tally({ found }) {
  const { disk, workers, process, journal } = found;
  const used = disk.total_bytes ? disk.total_bytes - disk.free_bytes : 0;
  const states = Object.entries(workers).filter(([, n]) => n > 0);
  return html`<div class="grid tallies">
    <section class="card"><h2>Workers</h2><p class="big">${count(states.reduce((sum, [, n]) => sum + n, 0))}</p>
      <p class="words">${states.length ? states.map(([state, n]) => html`<span class="row" key=${state}><${StateBadge} state=${state} /><span class="number">${count(n)}</span></span>`) : html`<span class="faint">none yet</span>`}</p></section>
    <section class="card"><h2>Up for</h2><p class="big">${duration(found.uptime_s * 1000)}</p><p class="soft">process ${process.pid}, ${bytes(process.memory_bytes)}, ${duration(process.cpu_s * 1000)} of processor time</p></section>
    <section class="card"><h2>Disk</h2><p class="big">${bytes(disk.free_bytes)} free</p>
      ${disk.total_bytes > 0 && html`<progress class=${used / disk.total_bytes > 0.95 ? "bad" : used / disk.total_bytes > 0.85 ? "warn" : ""} max=${disk.total_bytes} value=${used} aria-label="Used of the disk"></progress>`}
      <p class=${disk.problem ? "bad" : "soft"}>${disk.problem || html`of ${bytes(disk.total_bytes)}, at <bdi class="mono">${disk.place}</bdi>`}</p></section>
    <section class="card"><h2>Journal</h2><p class="big">${many(journal.backlog_rows, "row")}</p><p class="soft">on the way to the disk; ${count(journal.forgotten_rows)} forgotten by retention${journal.lost_rows ? html`, <strong class="bad">${count(journal.lost_rows)} lost</strong>` : ", none lost"}</p></section>
  </div>`;
}

function Layers({ layers }) {
  const rows = [...layers].sort((a, b) => Number(a.on) - Number(b.on)); // what is missing comes first
  return html`<${Plain} label="Layers of the jail" rows=${rows} keyOf=${(row) => row.name} columns=${[
    { key: "on", title: "Stands", narrow: true, cell: (row) => html`<${Badge} tone=${row.on ? "good" : "bad"}>${row.on ? "on" : "off"}<//>` },
    { key: "name", title: "Layer", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.name}</strong>${!row.on && html`<span>${row.why}</span>${row.how && html`<small>How to get it: ${row.how}</small>`}`}</div>` },
    { key: "stops", title: "What it stops", cell: (row) => html`<span class="soft">${row.stops}</span>` },
  ]} />`;
}

function Processes({ found }) {
  return html`<section class="stack"><h2>Zygotes</h2>
    ${found.zygotes.length ? html`<${Plain} label="Zygotes" rows=${found.zygotes} keyOf=${(row) => row.pid} columns=${[
      { key: "flavour", title: "Flavour", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.flavour}${row.worn ? " (worn)" : ""}</strong><small>process ${row.pid}, ${duration(row.age_s * 1000)} old</small></div>` },
      { key: "cells", title: "Alive", end: true, narrow: true, cell: (row) => count(row.cells) },
      { key: "forks", title: "Forks", end: true, cell: (row) => count(row.forks) },
      { key: "memory", title: "Memory", end: true, narrow: true, cell: (row) => bytes(row.memory_bytes) },
    ]} />` : html`<p class="soft">None: the first worker that is started makes one.</p>`}
    <p class="soft">Waiting in the pool, jailed: ${found.pool.length ? found.pool.map((one) => `${one.waiting} of ${one.most} ${one.flavour}`).join(", ") : "none"}.</p></section>`;
}

function Stores({ found }) {
  return html`<section class="stack"><h2>Where things are kept</h2><${Plain} label="Stores" rows=${found.stores} keyOf=${(row) => row.name} columns=${[
    { key: "name", title: "What", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.name}</strong><small>${row.kind}</small></div>` },
    { key: "place", title: "Where", cell: (row) => html`<bdi class="mono">${row.place}</bdi>` },
    { key: "bytes", title: "Size", end: true, narrow: true, cell: (row) => bytes(row.bytes) },
  ]} /></section>`;
}

function Versions({ versions }) {
  return html`<section class="card"><h2>Versions</h2><dl class="facts">${Object.entries(versions).map(([name, text]) => html`<dt>${name}</dt><dd class="mono">${text ?? html`<span class="faint">not installed</span>`}</dd>`)}</dl></section>`;
}
