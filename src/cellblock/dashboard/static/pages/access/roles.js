// What tokens and users have in common: a role, and one workspace or all.

import { html } from "../../vendor/ui.js";
import { session } from "../../core/api.js";
import { workspaces } from "../../core/workspaces.js";
import { Badge } from "../../parts/badge.js";
import { SelectField } from "../../parts/field.js";

const EVERY = "";

/** What each role may do. */
export const ROLES = {
  viewer: "Looks at everything but tokens, users and the audit log.",
  operator: "As a viewer; also deploys, starts and stops workers, writes state, files and connections, makes hooks and alerts.",
  admin: "As an operator; also makes tokens and users, reads the audit log, and changes how long logs are kept.",
};
const TONES = { viewer: "idle", operator: "busy", admin: "warn" };

/** Fields for role and workspace; `workspace` is null for all. */
export function RoleFields({ role, workspace, onRole, onWorkspace }) {
  const own = session.value.workspace;
  const names = own === null ? workspaces.value || [] : [own];
  const rooms = [...(own === null ? [[EVERY, "all workspaces"]] : []), ...names.map((name) => [name, name])];
  return html`<div class="pair"><${SelectField} label="Role" value=${role} options=${Object.keys(ROLES)} hint=${ROLES[role]} onInput=${onRole} />
    <${SelectField} label="Workspace" value=${workspace ?? EVERY} options=${rooms} onInput=${(name) => onWorkspace(name === EVERY ? null : name)} /></div>`;
}

export const RoleBadge = ({ role }) => html`<${Badge} tone=${TONES[role]}>${role}<//>`;
export const Room = ({ name }) => (name === null ? html`<span class="soft">all</span>` : html`<bdi>${name}</bdi>`);

/** The workspace that a new one is for, if nothing else is said. */
export const firstRoom = () => session.value.workspace ?? workspaces.value?.[0] ?? null;
