// Which connections a worker is granted: the kinds that need no keys, or one of each kind that is chosen.

import { html } from "../../vendor/ui.js";
import { all, api, path } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { Link } from "../../core/router.js";
import { SelectField } from "../../parts/field.js";
import { Loading, Trouble } from "../../parts/page.js";

/** `value` is null, or a list of `kind` and `kind=name`. */
export function Grants({ workspace, value, onInput, error, disabled }) {
  const [found, problem, again] = useLoad(async () => {
    const [kinds, connections] = await Promise.all([api.get("kinds"), all(path`workspaces/${workspace}/connections`)]);
    return { kinds: kinds.items, connections };
  }, [workspace]);
  const free = (found?.kinds || []).filter((kind) => kind.keyless).map((kind) => kind.kind);
  const way = (on, text, next) => html`<button type="button" class=${on ? "on" : ""} aria-pressed=${on} disabled=${disabled || !found} onClick=${() => on || onInput(next())}>${text}</button>`;
  return html`<section class="card stack"><h2>Connections</h2>
    <p class="soft">What the worker reaches beyond its jail, through the host. It never holds a key.</p>
    <div class="choice" role="group" aria-label="What is granted">${way(value === null, "What needs no keys", () => null)}${way(value !== null, "Chosen ones", () => free)}</div>
    ${error && html`<p class="error">${error}</p>`}
    <${Trouble} problem=${problem} again=${again} />
    ${!found ? !problem && html`<${Loading} rows=${3} />` : value === null
      ? html`<p>Granted: ${free.length ? free.map((kind, n) => html`${n > 0 && ", "}<code key=${kind}>${kind}</code>`) : "nothing"}, with no connection of yours.</p>`
      : html`<div class="grid">${found.kinds.map((kind) => html`<${One} key=${kind.kind} kind=${kind} value=${value} onInput=${onInput} disabled=${disabled}
          names=${found.connections.filter((one) => one.kind === kind.kind).map((one) => one.name)} />`)}</div>`}
    <p class="hint">Connections are made on <${Link} to=${["w", workspace, "connections"]}>their page<//>.</p>
  </section>`;
}

function One({ kind, names, value, onInput, disabled }) {
  const now = value.find((item) => item.split("=")[0] === kind.kind) || "";
  const bare = kind.keyless && !names.length ? "yes, without keys" : "main, or the only one";
  const options = [["", names.length || kind.keyless ? "not granted" : "not granted; there is none yet"], ...names.map((name) => [`${kind.kind}=${name}`, name])];
  // As it is written for it now, or where a kind needs no connection.
  if (now === kind.kind || (kind.keyless && !names.length)) options.push([kind.kind, bare]);
  if (now && !options.some(([key]) => key === now)) options.push([now, `${now.split("=")[1]} (is not there)`]);
  const choose = (next) => onInput([...value.filter((item) => item.split("=")[0] !== kind.kind), ...(next ? [next] : [])].sort());
  return html`<${SelectField} label=${kind.kind} hint=${kind.about} value=${now} options=${options} onInput=${choose} disabled=${disabled || options.length === 1} />`;
}
