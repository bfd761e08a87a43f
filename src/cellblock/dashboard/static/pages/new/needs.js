// Connections with which an example does more than without.

import { html } from "../../vendor/ui.js";
import { all, api, path } from "../../core/api.js";
import { href } from "../../core/router.js";
import { Icon } from "../../parts/icon.js";

/** Read what there is: {free: kinds that need no keys, names: Map of kind to names of connections}. */
export async function readOutlets(workspace) {
  const [kinds, connections] = await Promise.all([api.get("kinds"), all(path`workspaces/${workspace}/connections`)]);
  const names = new Map();
  for (const { kind, name } of connections) names.set(kind, [...(names.get(kind) || []), name]);
  return { free: kinds.items.filter((kind) => kind.keyless).map((kind) => kind.kind), names };
}

/** What is granted to an example at first: the kinds without keys, and what it needs of what there is. */
export function granted(example, outlets) {
  const found = example.needs.filter((kind) => outlets?.names.has(kind));
  if (!found.length) return null;
  return [...outlets.free, ...found.map((kind) => `${kind}=${best(outlets.names.get(kind))}`)].sort();
}

const best = (names) => (names.includes("main") ? "main" : names[0]);

/** One line for each kind that the example can use. */
export function Needs({ example, outlets, connect, workspace }) {
  if (!example.needs.length || !outlets) return null;
  return html`<ul class="needs">${example.needs.map((kind) => {
    const grant = connect?.find((one) => one.split("=")[0] === kind);
    if (grant) return html`<li key=${kind} class="good"><${Icon} name="check" /><span>It uses your connection <code>${grant}</code>.</span></li>`;
    return html`<li key=${kind}><${Icon} name="connections" /><span>With a connection to <code>${kind}</code> it does more; without one it writes to the log.
      ${!outlets.names.has(kind) && html` <a href=${href("w", workspace, "connections")} target="_blank" rel="noopener">Make one (in a new tab)</a>`}</span></li>`;
  })}</ul>`;
}
