// One worker: its head, what is wrong with it, and its tabs.

import { html, useEffect, useMemo, useState } from "../vendor/ui.js";
import { usePoll } from "../core/live.js";
import { schedule } from "../core/format.js";
import { Time } from "../core/time.js";
import { StateBadge } from "../parts/badge.js";
import { Guard } from "../parts/guard.js";
import { Hostile } from "../parts/hostile.js";
import { Loading, Page, Tabs, Trouble } from "../parts/page.js";
import { draftKey, drafts } from "./worker/draft.js";
import { Live } from "./worker/live.js";
import { Deleted, Missing, Notice } from "./worker/notices.js";
import { Actions } from "./worker/verbs.js";

const TABS = {
  __proto__: null, // the word comes from the address
  overview: ["Overview", () => import("./worker/overview.js")],
  source: ["Source", () => import("./worker/source.js")],
  log: ["Log", () => import("./worker/log.js")],
  ticks: ["Ticks", () => import("./worker/ticks.js")],
  state: ["State", () => import("./worker/state.js")],
  monitor: ["Monitor", () => import("./worker/monitor.js")],
  versions: ["Versions", () => import("./worker/versions.js")],
  settings: ["Settings", () => import("./worker/settings.js")],
  proof: ["Proof", () => import("./worker/proof.js")],
};
const EVERY_MS = 1000;

export default function WorkerPage({ workspace, rest }) {
  const [name, tab = "overview"] = rest;
  const live = useMemo(() => new Live(workspace, name), [workspace, name]);
  const [problem, again] = usePoll((abort) => live.look(abort), EVERY_MS, [live]);
  live.again = again;
  useEffect(() => { live.problem.value = problem; }, [live, problem]);
  const worker = live.worker.value;
  const drafted = drafts.value.has(draftKey(workspace, name));
  const where = ["w", workspace, "workers"];
  if (problem?.status === 404) return html`<${Missing} ...${{ workspace, name }} />`;
  if (worker?.desired === "deleted") return html`<${Deleted} ...${{ live, workspace, name }} />`;
  return html`<${Page} title=${name} crumbs=${[["Workers", where]]} badge=${worker && html`<${StateBadge} ...${worker} />`} actions=${html`<${Actions} ...${{ live, name }} />`}>
    <${Head} worker=${worker} />
    <${Trouble} problem=${problem} again=${again} />
    ${worker && html`<${Notice} ...${{ live, workspace, name }} />`}
    <${Tabs} label="Parts of this worker" current=${tab} items=${Object.entries(TABS).map(([key, [text]]) => [key, key === "source" && drafted ? `${text} •` : text, [...where, name, key]])} />
    ${worker ? html`<${Guard} key=${tab} where=${tab}><${Tab} ...${{ tab, workspace, name, live }} /><//>` : !problem && html`<${Loading} />`}
  <//>`;
}

/** How it stands, in one line. */
function Head({ worker }) {
  if (!worker) return html`<p class="worker-head faint">…</p>`;
  const { version, running_version: running, state, reason } = worker;
  const told = state === "paused" || state === "lost" || state === "quarantined"; // by the panel below
  return html`<p class="worker-head soft">
    <span>Version <b class="number">${version.number}</b> <code title="Hash of its source and settings">${version.hash}</code>
      ${running !== null && running !== version.number ? html` <span class="warn">(version ${running} runs still)</span>` : ""}</span>
    <span>${schedule(worker.settings)}</span>
    <span class="number">Next tick: <${Time} at=${worker.next_at} /></span>
    <span><span class="faint">${state} since</span> <${Time} at=${worker.since} form="whole" /></span>
    ${reason && !told && html`<span class="faint"><${Hostile} text=${reason} most=${200} /></span>`}
  </p>`;
}

function Tab({ tab, ...given }) {
  const [found, setFound] = useState({});
  useEffect(() => {
    let over = false;
    TABS[tab]?.[1]().then((module) => over || setFound({ View: module.default }), (problem) => over || setFound({ problem }));
    return () => { over = true; };
  }, [tab]);
  if (!TABS[tab]) return html`<p>Nothing is here.</p>`;
  if (found.problem) return html`<${Trouble} problem=${found.problem} again=${() => location.reload()} />`;
  return found.View ? html`<${found.View} ...${given} />` : html`<${Loading} />`;
}
