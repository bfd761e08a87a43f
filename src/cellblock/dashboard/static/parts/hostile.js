// Texts of workers. They reach the page as text alone, isolated from the direction of what stands
// around them, with what cannot be seen written out, and cut.

import { html } from "../vendor/ui.js";
import { visible } from "../core/format.js";

/** A hostile text in a line. */
export function Hostile({ text, most = 500 }) {
  return html`<bdi>${visible(text ?? "", most)}</bdi>`;
}

/** A hostile text of several lines, such as a traceback. */
export function HostileBlock({ text, most = 20_000, label }) {
  return html`<pre class="block" tabindex="0" aria-label=${label}><bdi>${visible(text ?? "", most)}</bdi></pre>`;
}
