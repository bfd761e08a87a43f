// The dashboard: who is logged in, where they are, and the page for it.

import { html, render, useEffect, useState } from "./vendor/ui.js";
import { online, restore, session } from "./core/api.js";
import { go, route } from "./core/router.js";
import { readWorkspaces, remember, workspace, workspaces } from "./core/workspaces.js";
import { Frame } from "./parts/frame.js";
import { Guard } from "./parts/guard.js";
import { Loading, Page, Trouble } from "./parts/page.js";
import { Toasts } from "./parts/toast.js";
import { Login } from "./pages/login.js";

// Pages below a workspace, "#/w/<workspace>/<word>", and beside them, "#/<word>"; each is loaded when it is shown.
const INSIDE = {
  __proto__: null, // a word of the address finds what stands here, and nothing that objects have besides
  workers: (rest) => (rest.length ? import("./pages/worker.js") : import("./pages/workers.js")),
  new: () => import("./pages/new.js"),
  files: () => import("./pages/files.js"),
  connections: () => import("./pages/connections.js"),
  alerts: () => import("./pages/alerts.js"),
};
const BESIDE = {
  __proto__: null,
  workers: () => import("./pages/workers.js"),
  access: () => import("./pages/access.js"),
  audit: () => import("./pages/audit.js"),
  system: () => import("./pages/system.js"),
  account: () => import("./pages/account.js"),
};

function find(parts) {
  if (parts[0] === "w") {
    const [, name, word = "workers", ...rest] = parts;
    return INSIDE[word] && { key: `${word}${rest.length ? "/" : ""}`, load: () => INSIDE[word](rest), given: { workspace: name, rest } };
  }
  return BESIDE[parts[0]] && { key: `/${parts[0]}`, load: BESIDE[parts[0]], given: { workspace: null, rest: parts.slice(1) } };
}

function Body() {
  const { parts } = route.value;
  const found = find(parts);
  const [page, setPage] = useState({});
  useEffect(() => {
    let over = false;
    found?.load().then(
      (module) => over || setPage({ key: found.key, View: module.default }),
      (problem) => over || setPage({ key: found.key, problem }),
    );
    return () => { over = true; };
  }, [found?.key]);
  if (!found) return html`<${Page} title="Nothing is here"><p>This address leads nowhere. <a href="#/">Go to the workers</a>.</p><//>`;
  if (page.key !== found.key) return html`<div class="page"><${Loading} /></div>`;
  if (page.problem) return html`<${Page} title="This page did not load"><${Trouble} problem=${page.problem} again=${() => location.reload()} /><//>`;
  return html`<${Guard} where=${parts.join("/")}><${page.View} key=${`${found.given.workspace}/${found.given.rest[0] || ""}`} ...${found.given} /><//>`;
}

function App() {
  const who = session.value;
  const name = workspace.value;
  useEffect(() => {
    let over = false;
    workspaces.value = undefined; // they were those of somebody else
    if (who) untilDone(readWorkspaces, () => over);
    return () => { over = true; };
  }, [who?.name]);
  useEffect(() => { if (who && name) remember(name); }, [who, name]);
  const { parts } = route.value;
  const nowhere = !parts.length || (parts[0] === "login" && who);
  // The address is looked at anew: somebody may have gone on since this was drawn.
  useEffect(() => {
    if (!who || !nowhere || !name || !/^#?\/?(login\b.*)?$/.test(location.hash)) return;
    history.replaceState(null, "", "#/"); // a ticket that nobody took need not stay in the history
    go("w", name, "workers");
  }, [who, nowhere, name]);
  if (who === undefined) return html`<p class="booting">${online.value ? "Loading …" : "The service cannot be reached; it is asked again …"}</p>`;
  if (who === null) return html`<${Login} /><${Toasts} />`;
  return html`<${Frame}>${nowhere ? html`<div class="page"><${Loading} /></div>` : html`<${Body} />`}<//><${Toasts} />`;
}

/** Do what may fail until it is done, or `over()`; ever more rarely. */
async function untilDone(work, over) {
  for (let wait = 500; !over(); wait = Math.min(wait * 2, 8000)) {
    try {
      await work();
      return;
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, wait); });
    }
  }
}

const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);
untilDone(restore, () => false);
