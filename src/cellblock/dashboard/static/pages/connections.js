// The connections of a workspace: what workers may use by name, and whose secrets nobody reads again.

import { html, useState } from "../vendor/ui.js";
import { all, api, may, path } from "../core/api.js";
import { many } from "../core/format.js";
import { useLoad } from "../core/live.js";
import { Time } from "../core/time.js";
import { Badge } from "../parts/badge.js";
import { Button } from "../parts/button.js";
import { Dialog, confirm } from "../parts/dialog.js";
import { Hostile } from "../parts/hostile.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { Plain } from "../parts/table.js";
import { toast } from "../parts/toast.js";
import { ConnectionForm } from "./connections/form.js";

const keyOf = (row) => `${row.kind}=${row.name}`;

export default function Connections({ workspace }) {
  const [rows, problem, again] = useLoad(() => all(path`workspaces/${workspace}/connections`), [workspace]);
  const [kinds, noKinds, kindsAgain] = useLoad(async () => (await api.get("kinds")).items, []);
  const [choosing, setChoosing] = useState(false);
  const [editing, setEditing] = useState(null);
  const [trials, setTrials] = useState({});
  const writes = may("operator");
  const test = async (row) => {
    setTrials((old) => ({ ...old, [keyOf(row)]: { running: true } }));
    try {
      const found = await api.post(path`workspaces/${workspace}/connections/${row.kind}/${row.name}/test`);
      setTrials((old) => ({ ...old, [keyOf(row)]: found }));
    } catch (error) {
      setTrials((old) => ({ ...old, [keyOf(row)]: { works: false, error: error.message } }));
    }
  };
  const remove = async (row) => {
    const text = `Its settings and secrets are forgotten. Workers that are connected to ${keyOf(row)} lose it, and their next deploy is refused until it is there again.`;
    if (!await confirm({ title: `Delete the connection ${keyOf(row)}?`, text, action: "Delete", danger: true })) return;
    await api.del(path`workspaces/${workspace}/connections/${row.kind}/${row.name}`);
    toast(`${keyOf(row)} is forgotten.`);
    again();
  };
  const choose = (kind) => { setChoosing(false); setEditing({ kind }); };
  const columns = columnsOf({ writes, trials, test, remove, edit: (row) => setEditing({ kind: kinds?.find((one) => one.kind === row.kind), row }), kinds });
  return html`<${Page} title="Connections" actions=${writes && kinds && rows?.length > 0 && html`<${Button} kind="primary" icon="plus" onClick=${() => setChoosing(true)}>Connect<//>`}>
    <${Trouble} problem=${problem || noKinds} again=${() => { again(); kindsAgain(); }} />
    ${!rows && !problem && html`<${Loading} />`}
    ${rows?.length > 0 && html`<${Plain} label="Connections" columns=${columns} rows=${rows} keyOf=${keyOf} />`}
    ${rows && !rows.length && kinds && html`<${First} kinds=${kinds} choose=${choose} writes=${writes} workspace=${workspace} />`}
    ${choosing && html`<${Dialog} wide title="What shall be connected?" onClose=${() => setChoosing(false)}><${Kinds} kinds=${kinds} choose=${choose} /><//>`}
    ${editing?.kind && html`<${ConnectionForm} workspace=${workspace} kind=${editing.kind} row=${editing.row} taken=${rows || []} onClose=${() => setEditing(null)} onDone=${again} />`}
  <//>`;
}

function columnsOf({ writes, trials, test, remove, edit, kinds }) {
  return [
    { key: "name", title: "Connection", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.kind}</strong><small>${row.name}</small>
      ${!row.openable && html`<${Badge} tone="bad">The key that sealed it is not here<//>`}<${Trial} trial=${trials[keyOf(row)]} /></div>` },
    { key: "settings", title: "Settings", cell: (row) => html`<${Settings} settings=${row.settings} />` },
    { key: "secrets", title: "Secrets", cell: (row) => (row.secrets.length ? html`<span class="words">${row.secrets.map((name) => html`<${Badge} key=${name} tone="good">${name} is set<//>`)}</span>` : html`<span class="faint">none set</span>`) },
    { key: "changed", title: "Changed", cell: (row) => html`<${Time} at=${row.changed_at} />` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => writes && html`<span class="acts">
      <${Button} kind="quiet" onClick=${() => test(row)} disabled=${trials[keyOf(row)]?.running} aria-label=${`Test ${keyOf(row)}`}>Test<//>
      ${kinds?.some((one) => one.kind === row.kind) && html`<${Button} kind="quiet" icon="edit" label=${`Edit ${keyOf(row)}`} onClick=${() => edit(row)} />`}
      <${Button} kind="quiet" icon="trash" label=${`Delete ${keyOf(row)}`} onClick=${() => remove(row)} /></span>` },
  ];
}

function Settings({ settings }) {
  const names = Object.keys(settings);
  if (!names.length) return html`<span class="faint">the defaults</span>`;
  return html`<div class="two-lines">${names.slice(0, 4).map((name) => html`<small key=${name} class="mono">${name} = <${Hostile} text=${JSON.stringify(settings[name])} most=${80} /></small>`)}
    ${names.length > 4 && html`<small>and ${many(names.length - 4, "more", "more")}</small>`}</div>`;
}

function Trial({ trial }) {
  if (!trial) return null;
  if (trial.running) return html`<div class="trial" role="status"><${Badge} tone="busy">asking …<//></div>`;
  const said = trial.works ? trial.answer && JSON.stringify(trial.answer) : trial.error;
  return html`<div class="trial" role="status"><${Badge} tone=${trial.works ? "good" : "bad"}>${trial.works ? "works" : "does not work"}<//>
    ${said ? html`<span class="soft"><${Hostile} text=${said} most=${400} /></span>` : trial.works && html`<span class="soft">It opens; this kind has no cheap call that would prove more.</span>`}</div>`;
}

function Kinds({ kinds, choose }) {
  return html`<div class="grid">${kinds.map((kind) => html`<${Button} key=${kind.kind} class="kind-card" onClick=${() => choose(kind)}>
    <strong>${kind.kind}</strong><span>${kind.about}</span>${kind.keyless && html`<small>Of use without a connection, too.</small>`}<//>`)}</div>`;
}

function First({ kinds, choose, writes, workspace }) {
  return html`<${Empty} title="Nothing is connected yet" action=${writes && html`<${Kinds} kinds=${kinds} choose=${choose} />`}>
    <p>A connection is a named set of settings and secrets, such as a bot or an account. A worker that is granted it calls <code>ctx.telegram</code> or <code>ctx.bybit</code>; its process never holds a key, and nobody is shown one again.</p>
    <p class="soft">The same from a shell: <code>cellblock connect telegram --server ${location.origin}${workspace === "default" ? "" : ` --workspace ${workspace}`}</code></p><//>`;
}
