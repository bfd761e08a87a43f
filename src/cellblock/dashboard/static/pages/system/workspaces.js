// Workspaces: made, how long their logs are kept, removed.

import { html, useState } from "../../vendor/ui.js";
import { all, api, owns, path } from "../../core/api.js";
import { bytes, count, many } from "../../core/format.js";
import { useLoad } from "../../core/live.js";
import { Link } from "../../core/router.js";
import { Time } from "../../core/time.js";
import { readWorkspaces } from "../../core/workspaces.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { TextField } from "../../parts/field.js";
import { FormDialog } from "../../parts/form.js";
import { Loading, Page, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";

const DEFAULT = "default";
const MB = 1_000_000;

/** All of them, each with what its logs take; the counting of many waits for nobody. */
async function read() {
  const rows = await all("workspaces");
  const counted = rows.slice(0, 50).map(async (row) => ({ ...row, usage: (await api.get(path`workspaces/${row.name}`)).usage }));
  return [...await Promise.all(counted), ...rows.slice(50)];
}

export function Workspaces({ tabs }) {
  const [rows, problem, reread] = useLoad(read, []);
  const [editing, setEditing] = useState(null);
  const again = () => { reread(); readWorkspaces().catch(() => {}); };
  const remove = async (row) => {
    const text = "Its tokens, users, alert rules and connections go with it; its files stay on the disk. It must have no workers.";
    if (!await confirm({ title: `Remove the workspace ${row.name}?`, text, action: "Remove", danger: true })) return;
    await api.del(path`workspaces/${row.name}`);
    toast(`The workspace ${row.name} is removed.`);
    again();
  };
  return html`<${Page} title="System" actions=${owns() && html`<${Button} kind="primary" icon="plus" onClick=${() => setEditing({})}>New workspace<//>`}>${tabs}
    <p class="soft">A workspace keeps workers, files, connections and people apart from others. Log lines and runs older than its days, or more than its size, are forgotten.</p>
    <${Trouble} problem=${problem} again=${again} />
    ${!rows && !problem && html`<${Loading} />`}
    ${rows && html`<${Plain} label="Workspaces" columns=${columnsOf((row) => setEditing({ row }), remove)} rows=${rows} keyOf=${(row) => row.name} />`}
    ${editing && html`<${WorkspaceForm} row=${editing.row} onClose=${() => setEditing(null)} onDone=${again} />`}
  <//>`;
}

function columnsOf(edit, remove) {
  return [
    { key: "name", title: "Workspace", narrow: true, cell: (row) => html`<${Link} to=${["w", row.name, "workers"]}>${row.name}<//>` },
    { key: "kept", title: "Logs are kept for", cell: (row) => `${many(row.retention_days, "day")}, up to ${bytes(row.retention_bytes)}` },
    { key: "lines", title: "Log lines", end: true, cell: (row) => (row.usage ? count(row.usage.lines) : "–") },
    { key: "runs", title: "Runs", end: true, cell: (row) => (row.usage ? count(row.usage.runs) : "–") },
    { key: "bytes", title: "Size", end: true, narrow: true, cell: (row) => bytes(row.usage?.bytes) },
    { key: "made", title: "Made", cell: (row) => html`<${Time} at=${row.created_at} />` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => html`<span class="acts">
      <${Button} kind="quiet" icon="edit" label=${`Change how long ${row.name} keeps logs`} onClick=${() => edit(row)} />
      ${owns() && row.name !== DEFAULT && html`<${Button} kind="quiet" icon="trash" label=${`Remove ${row.name}`} onClick=${() => remove(row)} />`}</span>` },
  ];
}

function WorkspaceForm({ row, onClose, onDone }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState(String(row?.retention_days ?? 14));
  const [size, setSize] = useState(String((row?.retention_bytes ?? 1_000 * MB) / MB));
  const numbers = [days, size].every((text) => Number(text) > 0);
  const send = async () => {
    const kept = { retention_days: Number(days), retention_bytes: Math.round(Number(size) * MB) };
    if (row) await api.patch(path`workspaces/${row.name}`, kept, { headers: { "If-Match": `"${row.revision}"` } });
    else await api.post("workspaces", { name, ...kept });
    onDone();
  };
  return html`<${FormDialog} title=${row ? `How long ${row.name} keeps logs` : "New workspace"} action=${row ? "Save" : "Make it"} done=${row ? "It is changed." : "The workspace is made."} disabled=${numbers ? "" : "write numbers"} send=${send} onClose=${onClose}>
    ${!row && html`<${TextField} label="Name" value=${name} onInput=${setName} required pattern="[a-z0-9][a-z0-9_\\-]{0,62}" autocomplete="off" hint="Small letters, digits, _ and -." />`}
    <div class="pair"><${TextField} label="Days" inputmode="decimal" value=${days} onInput=${setDays} required hint="Older lines and runs are forgotten." />
      <${TextField} label="Megabytes" inputmode="decimal" value=${size} onInput=${setSize} required hint="Above this the oldest are forgotten." /></div>
  <//>`;
}
