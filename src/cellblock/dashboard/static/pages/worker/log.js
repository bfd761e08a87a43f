// Log of a worker.

import { html } from "../../vendor/ui.js";
import { Loading } from "../../parts/page.js";

export default function View() {
  return html`<${Loading} />`;
}
