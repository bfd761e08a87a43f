// The audit log: who changed what, and who was refused, the newest first.

import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { api, may, session } from "../core/api.js";
import { route, setQuery } from "../core/router.js";
import { Time, utcOf, wholeOf } from "../core/time.js";
import { workspaces } from "../core/workspaces.js";
import { Badge } from "../parts/badge.js";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";
import { SelectField } from "../parts/field.js";
import { Hostile, HostileBlock } from "../parts/hostile.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { Plain } from "../parts/table.js";

const PAGE = 100;
const tone = (status) => (status >= 500 ? "bad" : status >= 400 ? "warn" : "good");
const said = (status) => (status >= 400 ? `refused, ${status}` : "done");

export default function Audit() {
  const workspace = route.value.query.get("workspace") || "";
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const [open, setOpen] = useState(null);
  const last = useRef(null);
  const read = async (cursor) => {
    const mine = last.current = {}; // an answer to what was asked before comes to nothing
    try {
      const page = await api.get("audit", { workspace, limit: PAGE, cursor });
      if (last.current !== mine) return;
      setFound((old) => ({ items: cursor && old ? [...old.items, ...page.items] : page.items, next: page.next }));
      setProblem(null);
    } catch (error) {
      if (last.current === mine) setProblem(error);
    }
  };
  useEffect(() => { if (may("admin")) { setFound(null); read(); } }, [workspace]);
  if (!may("admin")) return html`<${Page} title="Audit log"><p>This needs the role admin.</p><//>`;
  const rooms = [["", "all that you see"], ...(workspaces.value || []).map((name) => [name, name])];
  return html`<${Page} title="Audit log" actions=${html`<${Button} icon="restart" onClick=${() => read()}>Look again<//>`}>
    ${session.value.workspace === null && html`<div class="filters"><${SelectField} label="Workspace" value=${workspace} options=${rooms} onInput=${(name) => setQuery({ workspace: name })} /></div>`}
    <${Trouble} problem=${problem} again=${() => read()} />
    ${!found && !problem && html`<${Loading} rows=${8} />`}
    ${found && !found.items.length && html`<${Empty} title="Nothing was changed here yet"><p>Every request that changes something is noted, also one that is refused: who, what, where, when; never a secret, a value of a worker's state, or a source.</p><//>`}
    ${found?.items.length > 0 && html`<${Plain} label="Audit log" columns=${columnsOf(setOpen)} rows=${found.items} keyOf=${(row) => row.id} more=${found.next && (() => read(found.next))} />`}
    ${open && html`<${Entry} row=${open} onClose=${() => setOpen(null)} />`}
  <//>`;
}

const columnsOf = (open) => [
  { key: "at", title: "When", narrow: true, cell: (row) => html`<${Time} at=${row.at} />` },
  { key: "actor", title: "Who", cell: (row) => html`<${Hostile} text=${row.actor || "nobody known"} most=${80} />` },
  { key: "action", title: "What", narrow: true, cell: (row) => html`<div class="two-lines"><span class="mono">${row.action}</span><small><${Hostile} text=${row.target} most=${120} /></small></div>` },
  { key: "workspace", title: "Workspace", cell: (row) => row.workspace ?? html`<span class="faint">–</span>` },
  { key: "status", title: "Came of it", cell: (row) => html`<${Badge} tone=${tone(row.status)}>${said(row.status)}<//>` },
  { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => html`<span class="acts"><${Button} kind="quiet" icon="right" label=${`Details of entry ${row.id}`} onClick=${() => open(row)} /></span>` },
];

function Entry({ row, onClose }) {
  return html`<${Dialog} title=${`Entry ${row.id}`} onClose=${onClose}><div class="stack"><dl class="facts">
      <dt>When</dt><dd>${wholeOf(row.at)}<br /><span class="soft">${utcOf(row.at)}</span></dd>
      <dt>Who</dt><dd><${Hostile} text=${row.actor || "nobody known"} /></dd>
      <dt>What</dt><dd class="mono">${row.action}</dd>
      <dt>On what</dt><dd><${Hostile} text=${row.target || "–"} /></dd>
      <dt>Workspace</dt><dd>${row.workspace ?? "–"}</dd>
      <dt>Came of it</dt><dd>${said(row.status)}</dd>
    </dl>
    <${HostileBlock} label="Details" text=${JSON.stringify(row.detail, null, 2)} /></div><//>`;
}
