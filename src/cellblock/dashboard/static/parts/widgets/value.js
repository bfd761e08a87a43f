// One value of a picture: a number, a text, true or false, or nothing. Texts are hostile.

import { html } from "../../vendor/ui.js";
import { Hostile } from "../hostile.js";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 8 });

/** A number as people read it: 41,234.5. */
export function figure(n) {
  if (typeof n !== "number") return "–";
  if (Number.isInteger(n) && Math.abs(n) < 1e15) return whole.format(n);
  const size = Math.abs(n);
  return size !== 0 && (size < 1e-6 || size >= 1e15) ? n.toExponential(4) : exact.format(n);
}

/** It, as a view. */
export function Value({ value, most = 500 }) {
  if (value === null || value === undefined) return html`<span class="faint">–</span>`;
  if (typeof value === "number") return figure(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return html`<${Hostile} text=${value} most=${most} />`;
}
