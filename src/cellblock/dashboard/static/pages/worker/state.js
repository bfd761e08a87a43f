// The state of a worker: its keys, and the value of one as JSON. Keys and values are a worker's texts.

import { html, useRef, useState } from "../../vendor/ui.js";
import { api, all, download, may, path, request } from "../../core/api.js";
import { bytes, many, visible } from "../../core/format.js";
import { useLoad, usePoll } from "../../core/live.js";
import { route, setQuery } from "../../core/router.js";
import { Button } from "../../parts/button.js";
import { confirm, Dialog } from "../../parts/dialog.js";
import { CheckField, Field, TextField } from "../../parts/field.js";
import { HostileName } from "../../parts/hostile.js";
import { Empty, Loading, Trouble } from "../../parts/page.js";
import { Table, sort } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";
import { Entry, NewEntry } from "./entry.js";

const KEYS = 10_000;
const FEW = 500;
const EVERY_MS = 3_000;

export default function State({ workspace, name, live }) {
  const where = path`workspaces/${workspace}/workers/${name}`;
  const [keys, problem, again] = useLoad(() => all(`${where}/state`, {}, KEYS), [where]);
  // Few keys are read again by themselves; of many it is asked for.
  usePoll(async (signal) => {
    if (!keys || keys.length >= FEW) return;
    const page = await api.get(`${where}/state`, { limit: FEW }, { signal });
    if (page.bytes !== keys.reduce((sum, one) => sum + one.bytes, 0) || page.keys !== keys.length || page.items.some((one, n) => one.key !== keys[n]?.key)) again();
  }, EVERY_MS, [where, keys]);
  const [making, setMaking] = useState(false);
  const open = route.value.query.get("key");
  const show = (key) => setQuery({ key });
  if (!keys) return problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Loading} />`;
  return html`<div class="stack">
    <${Trouble} problem=${problem} again=${again} />
    <${Bar} ...${{ where, name, live, keys, again, onNew: () => setMaking(true) }} />
    ${keys.length ? html`<div class="state">
      <${Keys} keys=${keys} open=${open} show=${show} />
      ${open === null ? html`<p class="card faint state-none">Choose a key to see its value.</p>`
        : html`<${Entry} key=${open} ...${{ where, name: open, again, close: () => show(null) }} />`}</div>`
      : html`<${Nothing} name=${`${workspace}/${name}`} />`}
    ${making && html`<${NewEntry} ...${{ where, keys, again, show, onClose: () => setMaking(false) }} />`}
  </div>`;
}

function Bar({ where, name, live, keys, again, onNew }) {
  const [taking, setTaking] = useState(false);
  const total = keys.reduce((sum, one) => sum + one.bytes, 0);
  return html`<div class="row"><p class="grow soft state-sum">${many(keys.length, "key")}, ${bytes(total)}. A worker that runs sees a change at its next <code>get</code>.</p>
    ${keys.length >= FEW && html`<${Button} icon="restart" onClick=${again}>Read again<//>`}
    <${Button} icon="download" onClick=${() => download(`${where}/state-export`, `${name}.ndjson`)}>Export<//>
    ${may("operator") && html`<${Button} icon="upload" onClick=${() => setTaking(true)}>Import<//><${Button} kind="primary" icon="plus" onClick=${onNew}>New key<//>`}
    ${taking && html`<${Import} ...${{ where, live, some: keys.length > 0, again, onClose: () => setTaking(false) }} />`}
  </div>`;
}

function Keys({ keys, open, show }) {
  const [prefix, setPrefix] = useState("");
  const [sorted, setSorted] = useState({ key: "key", down: false });
  const columns = [
    { key: "key", title: "Key", narrow: true, sort: (row) => row.key, cell: (row) => html`<button class="link cut" aria-current=${row.key === open ? "true" : undefined} onClick=${() => show(row.key)}><${HostileName} text=${row.key} /></button>` },
    { key: "bytes", title: "Size", narrow: true, end: true, width: "6rem", sort: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
  ];
  const rows = sort(keys.filter((one) => one.key.startsWith(prefix)), columns, sorted, (row) => row.key);
  return html`<div class="stack state-keys">
    <${TextField} label="Keys that begin with" type="search" value=${prefix} onInput=${setPrefix} />
    ${rows.length ? html`<${Table} label="Keys" columns=${columns} rows=${rows} keyOf=${(row) => row.key} sorted=${sorted}
      onSort=${(key) => setSorted({ key, down: sorted.key === key && !sorted.down })} />` : html`<p class="faint">No key begins so.</p>`}
  </div>`;
}

function Import({ where, live, some, again, onClose }) {
  const [replace, setReplace] = useState(false);
  const file = useRef(null);
  const { state, desired } = live.worker.value;
  const ready = desired === "stopped" && (state === "stopped" || state === "new");
  const take = async () => {
    const [chosen] = file.current.files;
    if (!chosen) throw new Error("Choose a file first.");
    if (replace && !(await confirm({ title: "Replace all of its state?", text: "What is there now is gone for good. Export it first if you may want it back.", action: "Replace it", danger: true }))) return false;
    const answer = await (await request("PUT", `${where}/state-import`, { query: { replace: replace || undefined }, body: chosen })).json();
    toast(`${many(answer.keys, "key")} taken.`);
    again();
    onClose();
    return true;
  };
  return html`<${Dialog} title="Import state" onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" disabled=${!ready || (some && !replace)} onClick=${take}>Import<//>`}>
    <div class="form">
      ${!ready && html`<p class="warn">The worker is ${state}. Stop it first: state is not exchanged under a worker that runs.</p>`}
      <${Field} label="File" hint="As Export and cellblock state export write it. All of it is taken, or nothing.">${(given) => html`<input type="file" ref=${file} accept=".ndjson,.jsonl,.json" ...${given} />`}<//>
      ${some && html`<${CheckField} label="Replace what is there" hint="Without this, state is only taken where there is none." value=${replace} onInput=${setReplace} />`}
    </div><//>`;
}

function Nothing({ name }) {
  return html`<${Empty} title="It keeps nothing yet"><p>What a worker keeps with <code>ctx.state.set("key", value)</code> outlives its process, and stands here.</p>
    <p><code>cellblock state list ${visible(name)}</code> shows the same.</p><//>`;
}
