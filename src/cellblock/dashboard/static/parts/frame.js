// What surrounds every page: the ways to all others, the workspace, who is logged in.

import { html, useEffect, useState } from "../vendor/ui.js";
import { logout, may, online, restore, session } from "../core/api.js";
import { Link, go, route } from "../core/router.js";
import { workspace, workspaces } from "../core/workspaces.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { chooseTheme, useTheme } from "./theme.js";

const EVERY = "*";
const AGAIN_MS = 2_000;

function ways(name) {
  return [
    ["workers", "Workers", ["w", name, "workers"], true],
    ["files", "Files", ["w", name, "files"], true],
    ["connections", "Connections", ["w", name, "connections"], true],
    ["alerts", "Alerts", ["w", name, "alerts"], true],
    ["access", "Access", ["access"], may("admin")],
    ["audit", "Audit log", ["audit"], may("admin")],
    ["system", "System", ["system"], may("admin") || session.value.workspace === null],
  ].filter(([, , , shown]) => shown);
}

export function Frame({ children }) {
  const { parts } = route.value;
  const name = workspace.value;
  const here = parts[0] === "w" ? parts[2] || "workers" : parts[0];
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [parts.join("/")]);
  const found = online.value;
  useEffect(() => {
    if (found) return undefined;
    let timer = 0;
    const ask = async () => { // until it is there again; a tab that nobody sees waits
      if (!document.hidden) await restore().catch(() => {});
      clearTimeout(timer);
      if (!online.peek()) timer = setTimeout(ask, AGAIN_MS);
    };
    timer = setTimeout(ask, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [found]);
  return html`<div class=${`frame${open ? " open" : ""}`}>
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>Skip to the content</a>
    <aside>
      <div class="brand"><a href="#/"><${Bars} />Cellblock</a>
        <button class="quiet icon-only only-narrow" aria-label="Menu" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name=${open ? "close" : "menu"} size=${20} /></button></div>
      <div class="folding">
        <${Chooser} parts=${parts} name=${name} />
        <nav aria-label="Main">${ways(name || "default").map(([word, text, to]) => html`<${Link} key=${word} to=${to}
          aria-current=${here === word || (here === "new" && word === "workers") ? "page" : undefined}><${Icon} name=${word} size=${18} />${text}<//>`)}</nav>
        <div class="who">
          <${Link} to=${["account"]} title="Your session and password"><${Icon} name="user" size=${18} /><span><bdi>${session.value.name}</bdi><small>${session.value.role}</small></span><//>
          <${Theme} />
          <${Button} kind="quiet" icon="leave" label="Log out" onClick=${async () => { await logout(); go("login"); }} />
        </div>
      </div>
    </aside>
    <main id="main" tabindex="-1">
      ${!found && html`<div class="banner" role="alert"><${Icon} name="warn" />The service cannot be reached. What you see is from before; it is asked again by itself.</div>`}
      ${children}
    </main>
  </div>`;
}

function Chooser({ parts, name }) {
  const names = workspaces.value || (name ? [name] : []);
  const every = parts[0] === "workers";
  const choose = (event) => {
    const chosen = event.currentTarget.value;
    if (chosen === EVERY) go("workers");
    else go("w", chosen, parts[0] === "w" && parts[2] !== "workers" ? parts[2] || "workers" : "workers");
  };
  return html`<label class="chooser"><span>Workspace</span>
    <select value=${every ? EVERY : name} onChange=${choose}>
      ${(names.length > 1 || every) && html`<option value=${EVERY} selected=${every}>all of them</option>`}
      ${names.map((one) => html`<option key=${one} value=${one} selected=${!every && one === name}>${one}</option>`)}
    </select></label>`;
}

function Theme() {
  const dark = useTheme() === "dark";
  const other = dark ? "Light colours" : "Dark colours";
  return html`<button class="quiet icon-only" aria-label=${other} title=${other} onClick=${() => chooseTheme(dark ? "light" : "dark")}><${Icon} name=${dark ? "sun" : "moon"} size=${18} /></button>`;
}

export function Bars({ size = 26 }) {
  return html`<svg class="bars" width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" />
    <path d="M8 7v18M13.300 7v18M18.700 7v18M24 7v18M6 11h20M6 21h20" /></svg>`;
}
