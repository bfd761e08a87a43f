// Short messages at the edge of the page, read aloud by screen readers.

import { html, signal } from "../vendor/ui.js";
import { Icon } from "./icon.js";

const shown = signal([]);
const MOST = 4;
let last = 0;

/** Say something: kind "good", "bad" or "plain". A bad one stays until it is closed; said again, it is there once. */
export function toast(text, { kind = "good", hint = "" } = {}) {
  const id = ++last;
  const others = shown.value.filter((one) => one.text !== text || one.kind !== kind || one.hint !== hint);
  shown.value = [...others, { id, text, kind, hint }].slice(-MOST);
  if (kind !== "bad") setTimeout(() => close(id), 5_000);
}

/** Say what went wrong. */
export function complain(error) {
  if (error?.status === 401) return; // the login page shows by itself
  const more = (error?.errors || []).slice(0, 5).map((one) => `${one.where ? `${one.where}: ` : ""}${one.message}`).join("\n");
  toast(error?.message || String(error), { kind: "bad", hint: [more, error?.hint].filter(Boolean).join("\n") });
}

const close = (id) => { shown.value = shown.value.filter((one) => one.id !== id); };

/** Where they show; once a page. */
export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.value.map((one) => html`<div key=${one.id} class=${`toast ${one.kind}`}>
      <div><p>${one.text}</p>${one.hint && html`<p class="hint">${one.hint}</p>`}</div>
      <button class="quiet icon-only" aria-label="Close this message" onClick=${() => close(one.id)}><${Icon} name="close" /></button>
    </div>`)}
  </div>`;
}
