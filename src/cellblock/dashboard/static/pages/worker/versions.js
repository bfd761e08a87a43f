// The versions of a worker: listed, looked at, compared, and gone back to.

import { html, useEffect, useState } from "../../vendor/ui.js";
import { api, may } from "../../core/api.js";
import { bytes, schedule, visible } from "../../core/format.js";
import { useLoad } from "../../core/live.js";
import { Link, go, route } from "../../core/router.js";
import { Time } from "../../core/time.js";
import { Badge } from "../../parts/badge.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { Difference } from "../../parts/difference.js";
import { Editor } from "../../parts/editor.js";
import { Hostile } from "../../parts/hostile.js";
import { Icon } from "../../parts/icon.js";
import { Loading, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";
import { readVersion, upon } from "./revision.js";

const AT_ONCE = 50;

/** A list, one version ("?show=3"), or what differs between two ("?from=2&to=3"). */
export default function Versions({ workspace, name, live }) {
  const { query } = route.value;
  const given = { live, name, where: ["w", workspace, "workers", name, "versions"] };
  const [show, from, to] = ["show", "from", "to"].map((key) => query.get(key));
  if (from && to) return html`<${Compared} key=${`${from} ${to}`} ...${given} from=${from} to=${to} />`;
  if (show) return html`<${One} key=${show} ...${given} number=${show} />`;
  return html`<${List} ...${given} />`;
}

/** Go back to a version, after a question. */
async function rollBack(live, name, number) {
  const now = live.worker.value.version.number;
  const sure = await confirm({
    title: `Go back to version ${number}?`,
    text: `${name} gets the source and the settings of version ${number}, in a fresh process. Its state stays; version ${now} stays among the versions.`,
    action: `Go back to ${number}`,
  });
  if (!sure) return;
  live.take(await upon(live, now, (options) => api.post(`${live.path}/rollback`, { version: number }, options)));
  live.again();
  toast(`${name} goes back to version ${number}.`);
}

const Back = ({ live, name, number }) => may("operator") && live.worker.value.version.number !== number
  && html`<${Button} icon="restart" onClick=${() => rollBack(live, name, number)}>Go back to ${number}<//>`;

function Marks({ live, number }) {
  const { version, running_version: running, pid } = live.worker.value;
  return html`${version.number === number && html` <${Badge} tone="busy">wanted<//>`}${running === number && pid !== null && html` <${Badge} tone="good">runs<//>`}`;
}

function List({ live, name, where }) {
  const [rows, setRows] = useState([]);
  const [next, setNext] = useState(null);
  const [picked, setPicked] = useState([]);
  const wanted = live.worker.value.version.number;
  const read = (cursor) => api.get(`${live.path}/versions`, { limit: AT_ONCE, cursor });
  const [first, problem, again] = useLoad(() => read(), [live, wanted]);
  useEffect(() => { if (first) { setRows(first.items); setNext(first.next); } }, [first]);
  const more = async () => {
    const page = await read(next);
    setRows((before) => [...before, ...page.items]);
    setNext(page.next);
  };
  // A third one takes the place of the one that was chosen first.
  const pick = (number, on) => setPicked((before) => [...before.filter((one) => one !== number), ...(on ? [number] : [])].slice(-2));
  if (!first) return problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Loading} />`;
  const [from, to] = [...picked].sort((a, b) => a - b);
  const columns = [
    { key: "pick", title: html`<span class="soft">Compare</span>`, narrow: true, cell: ({ number }) => html`<input type="checkbox" aria-label=${`Compare version ${number}`} checked=${picked.includes(number)} onChange=${(event) => pick(number, event.currentTarget.checked)} />` },
    { key: "number", title: "Version", narrow: true, cell: ({ number }) => html`<span class="row"><${Link} to=${[...where, { show: number }]}><b class="number">${number}</b><//><${Marks} live=${live} number=${number} /></span>` },
    { key: "hash", title: "Hash", cell: ({ hash }) => html`<code>${hash}</code>` },
    { key: "at", title: "When", cell: (row) => html`<${Time} at=${row.created_at} form="whole" />` },
    { key: "by", title: "Who", cell: (row) => html`<${Hostile} text=${row.created_by} most=${60} />` },
    { key: "note", title: "Note", cell: ({ note }) => (note ? html`<${Hostile} text=${note} most=${200} />` : html`<span class="faint">–</span>`) },
    { key: "schedule", title: "Schedule", cell: ({ settings }) => html`<span class="cut">${schedule(settings)}</span>` },
    { key: "size", title: "Size", end: true, cell: (row) => html`<span class="cut">${bytes(row.source_bytes)}</span>` },
    { key: "back", title: "", narrow: true, cell: ({ number }) => html`<${Back} live=${live} name=${name} number=${number} />` },
  ];
  return html`<div class="stack">
    ${rows.length > 1 && html`<div class="row"><p class="soft grow">${to ? `Versions ${from} and ${to} are chosen.` : "Choose two to see what differs. The newest 200 are kept."}
      ${!to && html` <span class="faint">Or <code>cellblock diff ${name}</code>.</span>`}</p>
      <${Button} disabled=${!to} kind=${to ? "primary" : "plain"} onClick=${() => go(...where, { from, to })}>Compare<//></div>`}
    <${Trouble} problem=${problem} again=${again} />
    <${Plain} label="Versions" columns=${columns} rows=${rows} keyOf=${({ number }) => number} more=${next && more} />
    ${rows.length === 1 && html`<p class="faint">There is one version so far. Each deploy and each change of the settings makes another, to which you can go back.</p>`}
  </div>`;
}

const ToList = ({ where }) => html`<${Link} to=${where}>All versions<//>`;

function Facts({ version, live, name }) {
  return html`<dl class="facts grow">
    <dt>Version</dt><dd class="row"><b class="number">${version.number}</b><code>${version.hash}</code><${Marks} live=${live} number=${version.number} /></dd>
    <dt>Deployed</dt><dd><${Time} at=${version.created_at} form="whole" /> by <${Hostile} text=${version.created_by} most=${80} /></dd>
    ${version.note && html`<dt>Note</dt><dd><${Hostile} text=${version.note} /></dd>`}
    <dt>Source</dt><dd>${bytes(version.source_bytes)}</dd>
  </dl><${Back} live=${live} name=${name} number=${version.number} />`;
}

/** Settings as text that can be compared: those that are not said are left out. */
function settled(settings) {
  const said = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  return JSON.stringify({ ...said(settings), limits: said(settings.limits) }, null, 2);
}

function One({ live, name, where, number }) {
  const [version, problem, again] = useLoad(() => readVersion(live, number), [live, number]);
  if (problem) return html`<${ToList} where=${where} /><${Trouble} problem=${problem} again=${again} />`;
  if (!version) return html`<${Loading} rows=${8} />`;
  return html`<div class="stack version"><p><${ToList} where=${where} /></p>
    <section class="card row"><${Facts} ...${{ version, live, name }} /></section>
    <section class="stack"><h2>Source</h2><${Editor} name=${`v${number}`} value=${version.source} readOnly label=${`Source of version ${number}`} /></section>
    <section class="stack"><h2>Settings</h2><${Editor} name=${`s${number}`} value=${settled(version.settings)} language="json" readOnly label=${`Settings of version ${number}`} /></section>
  </div>`;
}

function Compared({ live, name, where, from, to }) {
  const [pair, problem, again] = useLoad(() => Promise.all([readVersion(live, from), readVersion(live, to)]), [live, from, to]);
  if (problem) return html`<${ToList} where=${where} /><${Trouble} problem=${problem} again=${again} />`;
  if (!pair) return html`<${Loading} rows=${8} />`;
  const [old, fresh] = pair;
  const labels = pair.map((version) => `Version ${version.number}${version.note ? `: ${visible(version.note, 60)}` : ""}`);
  const [before, after] = pair.map((version) => settled(version.settings));
  return html`<div class="stack version"><p class="row"><${ToList} where=${where} /><span class="grow"></span>
      <${Link} class="button" to=${[...where, { from: to, to: from }]}><${Icon} name="restart" />Swap<//></p>
    <div class="halves"><section class="card row"><${Facts} version=${old} ...${{ live, name }} /></section><section class="card row"><${Facts} version=${fresh} ...${{ live, name }} /></section></div>
    <section class="stack"><h2>Source</h2>${old.source === fresh.source ? html`<p class="soft">The sources are the same.</p>` : html`<${Difference} before=${old.source} after=${fresh.source} labels=${labels} />`}</section>
    <section class="stack"><h2>Settings</h2>${before === after ? html`<p class="soft">The settings are the same.</p>` : html`<${Difference} before=${before} after=${after} labels=${labels} language="json" />`}</section>
  </div>`;
}
