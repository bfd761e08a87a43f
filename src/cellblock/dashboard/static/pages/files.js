// Files.

import { html } from "../vendor/ui.js";
import { Page } from "../parts/page.js";

export default function View() {
  return html`<${Page} title="Files" />`;
}
