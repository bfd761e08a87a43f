// The alert rules of a workspace: who is told of what, and by which way.

import { html, useState } from "../vendor/ui.js";
import { all, api, may, path } from "../core/api.js";
import { duration } from "../core/format.js";
import { useLoad } from "../core/live.js";
import { Badge } from "../parts/badge.js";
import { Button } from "../parts/button.js";
import { confirm } from "../parts/dialog.js";
import { Hostile } from "../parts/hostile.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { complain, toast } from "../parts/toast.js";
import { Plain } from "../parts/table.js";
import { OCCASIONS, RuleForm } from "./alerts/form.js";

const TONES = { paused: "bad", quarantined: "bad", late: "warn", disk: "warn", recovered: "good" };

export default function Alerts({ workspace }) {
  const [rows, problem, again] = useLoad(() => all(path`workspaces/${workspace}/alerts`), [workspace]);
  const [editing, setEditing] = useState(null);
  const writes = may("operator");
  const enable = async (row) => {
    try {
      await api.patch(path`workspaces/${workspace}/alerts/${row.id}`, { enabled: !row.enabled });
    } catch (error) {
      complain(error);
    }
    again();
  };
  const test = (row) => api.post(path`workspaces/${workspace}/alerts/${row.id}/test`);
  const remove = async (row) => {
    if (!await confirm({ title: `Delete the rule ${row.name}?`, text: "Nobody is told by it any more. What signed its alerts is forgotten.", action: "Delete", danger: true })) return;
    await api.del(path`workspaces/${workspace}/alerts/${row.id}`);
    toast("The rule is gone.");
    again();
  };
  const add = html`<${Button} kind="primary" icon="plus" onClick=${() => setEditing({})}>New rule<//>`;
  const columns = columnsOf({ writes, enable, test, remove, edit: (row) => setEditing({ row }) });
  return html`<${Page} title="Alerts" actions=${writes && rows?.length > 0 && add}>
    <${Trouble} problem=${problem} again=${again} />
    ${!rows && !problem && html`<${Loading} />`}
    ${rows?.length > 0 && html`<${Plain} label="Alert rules" columns=${columns} rows=${rows} keyOf=${(row) => row.id} />`}
    ${rows && !rows.length && html`<${Empty} title="Nobody is told of anything yet" action=${writes && add}>
      <p>A rule says who is told when a worker is paused for its errors, recovers, is quarantined, ticks late, or when the disk fills up: by a Telegram bot, a signed webhook, or the log. The same is told once in a while, also over restarts.</p>
      <p class="soft">The same from a shell: <code>cellblock alerts add ops --on paused --on recovered --telegram main</code></p><//>`}
    ${editing && html`<${RuleForm} workspace=${workspace} row=${editing.row} onClose=${() => setEditing(null)} onDone=${again} />`}
  <//>`;
}

function columnsOf({ writes, enable, test, remove, edit }) {
  return [
    { key: "name", title: "Rule", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.name}</strong><small>${row.workers.length ? `of ${row.workers.slice(0, 5).join(", ")}${row.workers.length > 5 ? " …" : ""}` : "of all workers"}</small></div>` },
    { key: "on", title: "Tells of", narrow: true, cell: (row) => html`<span class="words">${row.on.map((one) => html`<span key=${one} title=${OCCASIONS[one]}><${Badge} tone=${TONES[one]}>${one}<//></span>`)}</span>` },
    { key: "how", title: "By", cell: (row) => html`<div class="two-lines"><span>${row.channel}</span>${row.target && html`<small><${Hostile} text=${row.target} most=${120} /></small>`}</div>` },
    { key: "again", title: "Again after", end: true, cell: (row) => duration((row.settings.repeat_s ?? 3600) * 1000) },
    { key: "enabled", title: "Enabled", cell: (row) => html`<${Switch} on=${row.enabled} label=${`The rule ${row.name} is enabled`} disabled=${!writes} onClick=${() => enable(row)} />` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => writes && html`<span class="acts">
      <${Button} kind="quiet" done=${`A test was sent by ${row.name}.`} aria-label=${`Test ${row.name}`} onClick=${() => test(row)}>Test<//>
      <${Button} kind="quiet" icon="edit" label=${`Edit ${row.name}`} onClick=${() => edit(row)} />
      <${Button} kind="quiet" icon="trash" label=${`Delete ${row.name}`} onClick=${() => remove(row)} /></span>` },
  ];
}

function Switch({ on, label, disabled, onClick }) {
  return html`<span class="switch"><button type="button" role="switch" aria-checked=${on} aria-label=${label} disabled=${disabled} onClick=${onClick}><i></i></button><span class="soft" aria-hidden="true">${on ? "on" : "off"}</span></span>`;
}
