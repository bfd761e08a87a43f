// Texts of workers. They reach the page as text alone, isolated from the direction of what stands
// around them, with what cannot be seen written out, and cut.

import { html } from "../vendor/ui.js";
import { exact, visible } from "../core/format.js";

/** A hostile name, such as that of a file or a key: two that differ do not look alike for their blanks. */
export function HostileName({ text, most = 200 }) {
  return html`<bdi>${exact(text ?? "", most)}</bdi>`;
}

/** A hostile text in a line. */
export function Hostile({ text, most = 500 }) {
  return html`<bdi>${visible(text ?? "", most)}</bdi>`;
}

/** A hostile text of several lines, such as a traceback. */
export function HostileBlock({ text, most = 20_000, label }) {
  return html`<pre class="block" tabindex="0" aria-label=${label}><bdi>${visible(text ?? "", most)}</bdi></pre>`;
}
