// Users: people who log in with a name and a password.

import { html, useState } from "../../vendor/ui.js";
import { all, api, path, session } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { Time } from "../../core/time.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { TextField } from "../../parts/field.js";
import { FormDialog } from "../../parts/form.js";
import { Hostile } from "../../parts/hostile.js";
import { Empty, Loading, Page, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";
import { RoleBadge, RoleFields, Room, firstRoom } from "./roles.js";

const SHORTEST = 12;

export function Users({ tabs }) {
  const [rows, problem, again] = useLoad(() => all("users"), []);
  const [editing, setEditing] = useState(null);
  const remove = async (row) => {
    if (!await confirm({ title: `Remove ${row.name}?`, text: "Their sessions end at once, and they cannot log in again. What they did stays in the audit log.", action: "Remove", danger: true })) return;
    await api.del(path`users/${row.name}`);
    toast(`${row.name} is removed.`);
    again();
  };
  const add = html`<${Button} kind="primary" icon="plus" onClick=${() => setEditing({})}>New user<//>`;
  return html`<${Page} title="Access" actions=${rows?.length > 0 && add}>
    ${tabs}
    <${Trouble} problem=${problem} again=${again} />
    ${!rows && !problem && html`<${Loading} />`}
    ${rows?.length > 0 && html`<${Plain} label="Users" columns=${columnsOf((row) => setEditing({ row }), remove)} rows=${rows} keyOf=${(row) => row.name} />`}
    ${rows && !rows.length && html`<${Empty} title="No users yet" action=${add}>
      <p>A user logs in here with a name and a password, has a role in one workspace or in all, and stands in the audit log by name. Programs take a token instead.</p>
      <p class="soft">The same from a shell: <code>cellblock users add NAME</code></p><//>`}
    ${editing && html`<${UserForm} row=${editing.row} onClose=${() => setEditing(null)} onDone=${again} />`}
  <//>`;
}

function columnsOf(edit, remove) {
  return [
    { key: "name", title: "User", narrow: true, cell: (row) => html`<div class="two-lines"><strong>${row.name}</strong>${session.value.by === "password" && row.name === session.value.name && html`<small>you</small>`}</div>` },
    { key: "role", title: "Role", narrow: true, cell: (row) => html`<${RoleBadge} role=${row.role} />` },
    { key: "workspace", title: "Workspace", cell: (row) => html`<${Room} name=${row.workspace} />` },
    { key: "used", title: "Last here", cell: (row) => (row.last_used_at ? html`<${Time} at=${row.last_used_at} />` : html`<span class="faint">never</span>`) },
    { key: "made", title: "Made", cell: (row) => html`<div class="two-lines"><${Time} at=${row.created_at} /><small>by <${Hostile} text=${row.created_by} most=${60} /></small></div>` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, cell: (row) => html`<span class="acts">
      <${Button} kind="quiet" icon="edit" label=${`Change ${row.name}`} onClick=${() => edit(row)} />
      <${Button} kind="quiet" icon="trash" label=${`Remove ${row.name}`} onClick=${() => remove(row)} /></span>` },
  ];
}

function UserForm({ row, onClose, onDone }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState(row?.role || "operator");
  const [workspace, setWorkspace] = useState(row ? row.workspace : firstRoom());
  const [password, setPassword] = useState("");
  const send = async () => {
    if (row) {
      const changed = { role, ...(workspace === row.workspace ? {} : { workspace }), ...(password ? { password } : {}) };
      await api.patch(path`users/${row.name}`, changed, { headers: { "If-Match": `"${row.revision}"` } });
    } else await api.post("users", { name, role, workspace, password });
    onDone();
  };
  const short = password && password.length < SHORTEST ? `${SHORTEST - password.length} more characters are needed.` : "";
  return html`<${FormDialog} title=${row ? `Change ${row.name}` : "New user"} action=${row ? "Save" : "Add the user"} done=${row ? "The user is changed." : "The user is added."} disabled=${short} send=${send} onClose=${onClose}>
    ${!row && html`<${TextField} label="Name" value=${name} onInput=${setName} required pattern="[a-z0-9][a-z0-9_\\-]{0,62}" autocomplete="off" hint="Small letters, digits, _ and -." />`}
    <${RoleFields} role=${role} workspace=${workspace} onRole=${setRole} onWorkspace=${setWorkspace} />
    <${TextField} label=${row ? "New password" : "Password"} type="password" autocomplete="new-password" required=${!row} error=${short} value=${password} onInput=${setPassword}
      hint=${row ? "Empty keeps the one that is set. A new one ends their sessions." : `${SHORTEST} characters at least; they can change it under their name.`} />
  <//>`;
}
