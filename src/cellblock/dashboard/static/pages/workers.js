// The workers of a workspace, or of all of them: how each stands, live, and what can be done with them.

import { html, useMemo, useState } from "../vendor/ui.js";
import { may } from "../core/api.js";
import { count, duration, many } from "../core/format.js";
import { Link, route, setQuery } from "../core/router.js";
import { workspace as chosen } from "../core/workspaces.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icon.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { VERBS } from "./worker/verbs.js";
import { all, itemsOf, work } from "./workers/actions.js";
import { columns as columnsOf } from "./workers/columns.js";
import { keyOf, stateOf, useFeed } from "./workers/feed.js";
import { useOrder } from "./workers/order.js";

const STATES = ["running", "new", "held", "lost", "paused", "quarantined", "stopped", "deleted"];
const TROUBLE = ["lost", "paused", "quarantined"];
const nameOf = (row) => row.name;

function asked() {
  const { query } = route.value;
  const sorted = { key: query.get("sort") || "name", down: query.get("down") === "1" };
  return { state: query.get("state") || "", text: query.get("q") || "", sorted };
}

export default function Workers({ workspace }) {
  const { feed, turn, problem, again } = useFeed(workspace);
  const { state, text, sorted } = asked();
  const [selection, setSelection] = useState(new Set());
  const found = useMemo(() => matching(feed.rows, text), [turn, text]);
  const rows = useMemo(() => found.filter((row) => (state ? stateOf(row) === state : stateOf(row) !== "deleted")), [found, state]);
  const columns = useMemo(() => columnsOf(workspace === null, (row) => itemsOf(row, again)), [workspace]);
  const [shown, held, handlers] = useOrder(rows, columns, sorted, nameOf, `${sorted.key} ${sorted.down} ${state} ${text}`);
  const picked = useMemo(() => (selection.size ? [...selection].map((key) => feed.rows.get(key)).filter(Boolean) : []), [selection, turn]);
  const onSort = (key) => setQuery({ sort: key, down: sorted.key === key && !sorted.down ? "1" : null });
  const make = may("operator") && chosen.value && html`<${Link} to=${["w", workspace || chosen.value, "new"]} class="button primary"><${Icon} name="plus" />New worker<//>`;
  const title = workspace === null ? "Workers of all workspaces" : "Workers";
  const head = { title, wide: true, actions: make };
  if (feed.round === undefined) return html`<${Page} ...${head}>${problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Loading} rows=${8} />`}<//>`;
  if (!feed.rows.size) return html`<${Page} ...${head} actions=${null}><${Trouble} problem=${problem} again=${again} /><${First} make=${make} /><//>`;
  return html`<${Page} ...${head}>
    <${Trouble} problem=${problem} again=${again} />
    <${Summary} rows=${shown} feed=${feed} held=${held} />
    <div class="workers-bar">
      ${picked.length ? html`<${Bulk} rows=${picked} clear=${() => setSelection(new Set())} after=${again} />` : html`<${States} rows=${found} state=${state} />`}
      <${Search} text=${text} />
    </div>
    <div class=${`workers-table${workspace === null ? " every" : ""}`} ...${handlers}>
      <${Table} label="Workers" columns=${columns} rows=${shown} keyOf=${keyOf} nameOf=${nameOf} sorted=${sorted} onSort=${onSort}
        selection=${may("operator") ? selection : undefined} onSelect=${setSelection} />
      ${!shown.length && html`<p class="workers-none">No worker is like that. <button class="quiet" onClick=${() => setQuery({ state: null, q: null })}>Show all</button></p>`}
    </div>
  <//>`;
}

function matching(rows, text) {
  const word = text.trim().toLowerCase();
  const every = [...rows.values()];
  return word ? every.filter((row) => row.name.includes(word) || row.workspace.includes(word)) : every;
}

function First({ make }) {
  return html`<${Empty} title="No worker runs here yet" action=${make}>
    <p>A worker is a Python file with a function <code>tick(ctx)</code>, which is called on a schedule, inside a jail. Begin with an example: it ticks within five seconds.</p>
    <p>The command line does the same: <code>cellblock deploy hello.py --interval 5s</code></p>
  <//>`;
}

function Summary({ rows, feed, held }) {
  let running = 0;
  let trouble = 0;
  const late = [];
  for (const row of rows) {
    const state = stateOf(row);
    if (state === "running") { running += 1; if (row.last) late.push(row.last.late_ms); }
    if (TROUBLE.includes(state)) trouble += 1;
  }
  late.sort((a, b) => a - b);
  const rate = feed.rate(rows);
  const p99 = late.length ? duration(late[Math.ceil(late.length * 0.99) - 1]) : "–";
  return html`<p class="workers-summary number">
    <span><b>${count(running)}</b> running</span>
    <span class=${trouble ? "bad" : ""}><b>${count(trouble)}</b> in trouble</span>
    <span><b>${rate === null ? "–" : count(rate)}</b> ticks a second</span>
    <span title="Of the last ticks of those that run: 99 of 100 began at most so late"><b>${p99}</b> late (p99)</span>
    ${held && html`<span class="faint held">The order is held while you are here</span>`}
  </p>`;
}

function States({ rows, state }) {
  const counts = new Map();
  for (const row of rows) counts.set(stateOf(row), (counts.get(stateOf(row)) || 0) + 1);
  const whole = rows.length - (counts.get("deleted") || 0);
  const shown = STATES.filter((word) => counts.has(word) || word === state);
  return html`<div class="choice states" role="group" aria-label="Show workers by state">
    ${[["", "all", whole], ...shown.map((word) => [word, word, counts.get(word) || 0])].map(([key, word, n]) => html`<button key=${key} class=${state === key ? "on" : ""}
      aria-pressed=${state === key} onClick=${() => setQuery({ state: key })}>${word} <span class="faint number">${count(n)}</span></button>`)}
  </div>`;
}

function Search({ text }) {
  return html`<label class="search"><span class="unseen">Search by name</span><${Icon} name="search" />
    <input type="search" placeholder="Search by name" value=${text} onInput=${(event) => setQuery({ q: event.currentTarget.value })} /></label>`;
}

function Bulk({ rows, clear, after }) {
  const now = work.value;
  if (now) {
    return html`<div class="bulk" role="status"><progress max=${now.total} value=${now.done} aria-label=${VERBS[now.verb].text}></progress>
      <span class="number">${VERBS[now.verb].text}: ${count(now.done)} of ${count(now.total)}</span><${Button} onClick=${now.stop}>Leave the rest<//></div>`;
  }
  const act = async (verb) => { if (await all(verb, rows, after)) clear(); return false; };
  return html`<div class="bulk" role="group" aria-label="Act on what is selected">
    <span class="number">${many(rows.length, "worker")} selected</span>
    ${Object.entries(VERBS).filter(([, verb]) => rows.some(verb.fits)).map(([key, verb]) => html`<${Button} key=${key} icon=${verb.icon} kind=${verb.danger ? "danger" : "plain"} onClick=${() => act(key)}>${verb.text}<//>`)}
    <${Button} kind="quiet" icon="close" label="Select none" onClick=${clear} />
  </div>`;
}
