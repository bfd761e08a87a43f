// The frame of a page: its heading, what can be done there, and what is wrong.

import { html, useEffect, useRef } from "../vendor/ui.js";
import { Link, route } from "../core/router.js";
import { Icon } from "./icon.js";

/** `crumbs` are [text, to] pairs above the title; `actions` stand beside it. */
export function Page({ title, crumbs = [], badge, actions, wide, children }) {
  const heading = useRef(null);
  const where = route.value.parts.join("/");
  useEffect(() => { document.title = `${title} · Cellblock`; }, [title]);
  // Who goes to another page by keyboard begins at its heading; the first page leaves focus alone.
  useEffect(() => { if (document.activeElement?.closest("nav, main")) heading.current?.focus({ preventScroll: true }); }, [where]);
  return html`<div class=${`page${wide ? " wide" : ""}`}>
    <header class="page-head">
      ${crumbs.length > 0 && html`<nav aria-label="Where this is" class="crumbs">${crumbs.map(([text, to], n) => html`<${Link} key=${n} to=${to}>${text}<//><${Icon} name="right" size=${12} />`)}</nav>`}
      <div class="page-title"><h1 tabindex="-1" ref=${heading}><bdi>${title}</bdi></h1>${badge}<div class="actions">${actions}</div></div>
    </header>
    ${children}
  </div>`;
}

/** What is shown where there is nothing yet: what it is, and the first step. */
export function Empty({ title, children, action }) {
  return html`<div class="empty"><h2>${title}</h2><div>${children}</div>${action}</div>`;
}

/** What went wrong while a page was read. A page of before stays as it was. */
export function Trouble({ problem, again }) {
  if (!problem || problem.status === 401 || problem.slug === "offline") return null;
  return html`<div class="trouble" role="alert"><${Icon} name="warn" /><div><p>${problem.message}</p>${problem.hint && html`<p class="hint">${problem.hint}</p>`}</div>
    ${again && html`<button onClick=${again}>Try again</button>`}</div>`;
}

/** Grey bars where something is being read, of the height that it will have. */
export function Loading({ rows = 5 }) {
  return html`<div class="loading" role="status" aria-label="Loading">${Array.from({ length: rows }, (_, n) => html`<i key=${n}></i>`)}</div>`;
}

/** Tabs that are links: items are [key, text, to]. */
export function Tabs({ label, items, current }) {
  const bar = useRef(null);
  // On a phone not all of them fit: the one of now is in view.
  useEffect(() => { bar.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [current]);
  return html`<nav class="tabs" aria-label=${label} ref=${bar}>${items.map(([key, text, to]) => html`<${Link} key=${key} to=${to} aria-current=${key === current ? "page" : undefined}>${text}<//>`)}</nav>`;
}
