// The proof of a worker's jail: its layers, and how each was seen to hold.

import { html } from "../../vendor/ui.js";
import { api, path, session } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { HostileBlock } from "../../parts/hostile.js";
import { Icon } from "../../parts/icon.js";
import { Empty, Loading, Trouble } from "../../parts/page.js";
import { judge } from "./layers.js";

/** The report of a worker's process of now: [EnforcementView or undefined, problem, again]. */
export function useReport(workspace, name, live) {
  return useLoad(() => api.get(path`workspaces/${workspace}/workers/${name}/enforcement`), [workspace, name, live.worker.value?.pid]);
}

export default function Proof({ workspace, name, live }) {
  const [found, problem, again] = useReport(workspace, name, live);
  // Why a layer is missing here is told to those who may see the machine.
  const [system] = useLoad(async () => (session.peek()?.workspace === null ? api.get("system").catch(() => null) : null), []);
  if (!found) return problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Loading} />`;
  if (!found.enforcement) return html`<${Nothing} />`;
  const layers = judge(found.enforcement);
  const held = layers.filter((layer) => layer.on).length;
  const told = Object.fromEntries((system?.layers || []).map((one) => [one.layer ?? one.name, one]));
  return html`<section class="stack" aria-label="Proof">
    <div class="card proof-head"><${Icon} name="shield" size=${26} /><div><h2>${held} of ${layers.length} layers ${found.pid === null ? "held" : "hold"}</h2>
      ${found.pid === null && html`<p class="warn">There is no process now; this is what held the last one.</p>`}
      <p class="soft">Before the source of version ${found.version} was sent to process ${found.enforcement.pid}, the process put up these walls itself, tried forbidden calls against them,
        and the service looked at it from outside. Had one of the walls stood otherwise than planned, nothing would have been sent.</p></div></div>
    <ul class="layers">${layers.map((layer) => html`<${Layer} key=${layer.name} layer=${layer} told=${told[layer.name]} />`)}</ul>
    <details><summary>The report as it is</summary><${HostileBlock} label="The report as JSON" text=${JSON.stringify(found.enforcement, null, 2)} /></details>
  </section>`;
}

function Layer({ layer, told }) {
  return html`<li class=${`layer ${layer.on ? "on" : "off"}`}>
    <span class=${layer.on ? "good" : "bad"}><${Icon} name=${layer.on ? "check" : "cross"} size=${20} /></span>
    <div><h3>${layer.name} <span class=${`layer-word ${layer.on ? "good" : "bad"}`}>${layer.on ? "holds" : "is not here"}</span></h3>
      <p>${layer.means}</p>
      ${layer.on ? html`<${Seen} layer=${layer} />` : html`<p class="hint">${told?.why ? `Why: ${told.why}. ` : ""}${layer.without ? `To get it: ${layer.without}` : ""}</p>`}</div>
  </li>`;
}

function Seen({ layer }) {
  const { tried, facts, by } = layer;
  if (!tried.length && !facts.length) return html`<p class="hint">${by || "The step was taken before the source came; a step that fails ends the process."}</p>`;
  return html`<details><summary class="hint">${[tried.length > 0 && `tried by the worker, and refused: ${tried.length}`, facts.length > 0 && `seen from outside: ${facts.length}`].filter(Boolean).join("; ")}</summary>
    <dl class="facts number">
      ${tried.map(([what, code]) => html`<dt key=${what}>${what}</dt><dd>refused (<code>${code}</code>)</dd>`)}
      ${facts.map(([what, value]) => html`<dt key=${what}>${what}</dt><dd><bdi>${value}</bdi></dd>`)}</dl></details>`;
}

function Nothing() {
  return html`<${Empty} title="There is no process, so there is no proof">
    <p>Each process of a worker is jailed, and the jail is looked at from outside, before the worker's source is sent to it. What was seen stands here as long as the process lives.</p>
    <p>Start the worker to see it. <code>cellblock doctor</code> shows the layers of this machine.</p><//>`;
}
