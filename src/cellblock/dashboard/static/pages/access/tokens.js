// Tokens: listed, made (and shown this once), revoked.

import { html, useState } from "../../vendor/ui.js";
import { all, api, path } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { Time, now } from "../../core/time.js";
import { Badge } from "../../parts/badge.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { CheckField, SelectField, TextField } from "../../parts/field.js";
import { FormDialog } from "../../parts/form.js";
import { Hostile } from "../../parts/hostile.js";
import { showOnce } from "../../parts/once.js";
import { Loading, Page, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";
import { RoleBadge, RoleFields, Room, firstRoom } from "./roles.js";

const DAY_S = 86_400;
const SPANS = [["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"], ["never", "never"]];

const standing = (row) => (row.revoked_at ? "revoked" : row.expires_at && row.expires_at <= now.value ? "expired" : "good");

export function Tokens({ tabs }) {
  const [rows, problem, again] = useLoad(() => all("tokens"), []);
  const [mine] = useLoad(() => api.get("tokens/self"), []);
  const [making, setMaking] = useState(false);
  const [ended, setEnded] = useState(false);
  const revoke = async (row) => {
    const self = row.id === mine?.id ? " It is the one that you are logged in with: you are logged out at once." : "";
    const text = `Whoever holds it is refused from the next request on, and its sessions end. This cannot be taken back.${self}`;
    if (!await confirm({ title: `Revoke the token ${row.name}?`, text, action: "Revoke", danger: true })) return;
    await api.del(path`tokens/${row.id}`);
    toast("The token is revoked.");
    again();
  };
  const shown = rows?.filter((row) => ended || standing(row) === "good");
  const gone = rows ? rows.filter((row) => standing(row) !== "good").length : 0;
  return html`<${Page} title="Access" actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New token<//>`}>
    ${tabs}
    <p class="soft">A token opens the API to a program, or to a person who logs in with it. It is shown once, when it is made.</p>
    <${Trouble} problem=${problem} again=${again} />
    ${!rows && !problem && html`<${Loading} />`}
    ${shown && html`<${Plain} label="Tokens" columns=${columnsOf(mine, revoke)} rows=${shown} keyOf=${(row) => row.id} />`}
    ${gone > 0 && html`<${CheckField} label=${`Show also those that are revoked or expired (${gone})`} value=${ended} onInput=${setEnded} />`}
    ${making && html`<${NewToken} onClose=${() => setMaking(false)} onDone=${again} />`}
  <//>`;
}

function columnsOf(mine, revoke) {
  return [
    { key: "name", title: "Token", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.name}</strong><small class="mono">${row.id}${row.id === mine?.id ? " · yours" : ""}</small></div>` },
    { key: "role", title: "Role", narrow: true, cell: (row) => html`<${RoleBadge} role=${row.role} />` },
    { key: "workspace", title: "Workspace", cell: (row) => html`<${Room} name=${row.workspace} />` },
    { key: "used", title: "Last used", cell: (row) => (row.last_used_at ? html`<${Time} at=${row.last_used_at} />` : html`<span class="faint">never</span>`) },
    { key: "ends", title: "Expires", cell: (row) => (standing(row) === "good" ? row.expires_at ? html`<${Time} at=${row.expires_at} />` : html`<span class="soft">never</span>` : html`<${Badge}>${standing(row)}<//>`) },
    { key: "made", title: "Made", cell: (row) => html`<div class="two-lines"><${Time} at=${row.created_at} /><small>by <${Hostile} text=${row.created_by} most=${60} /></small></div>` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => standing(row) === "good" && html`<span class="acts"><${Button} kind="quiet" icon="trash" label=${`Revoke ${row.name}`} onClick=${() => revoke(row)} /></span>` },
  ];
}

function NewToken({ onClose, onDone }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [workspace, setWorkspace] = useState(firstRoom());
  const [span, setSpan] = useState("90");
  const send = async () => {
    const expires_at = span === "never" ? null : now.peek() + Number(span) * DAY_S;
    const made = await api.post("tokens", { name, role, workspace, expires_at });
    onDone();
    showOnce({ title: `The token ${made.name}`, label: "Token", secret: made.token, text: "It is shown this once: Cellblock keeps its digest alone. It goes into the header Authorization: Bearer …, never into an address." });
  };
  return html`<${FormDialog} title="New token" action="Make the token" send=${send} onClose=${onClose}>
    <${TextField} label="Name" value=${name} onInput=${setName} required pattern="[a-z0-9][a-z0-9_\\-]{0,62}" autocomplete="off" hint="Who or what it is for, such as ci. Small letters, digits, _ and -." />
    <${RoleFields} role=${role} workspace=${workspace} onRole=${setRole} onWorkspace=${setWorkspace} />
    <${SelectField} label="Expires" value=${span} options=${SPANS} onInput=${setSpan} />
  <//>`;
}
