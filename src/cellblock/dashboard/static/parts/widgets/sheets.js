// Widgets as wide as the page: tables, lists, passages, lines.

import { html, useMemo } from "../../vendor/ui.js";
import { Hostile } from "../hostile.js";
import { markdown } from "./markdown.js";
import { Value } from "./value.js";

/** Rows of as many cells as there are columns. A column of numbers stands right. */
export function Rows({ columns, rows }) {
  const ends = columns.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === "number" || row[at] === null));
  return html`<div class="plain-frame widget-table" tabindex="0" role="region" aria-label="Table"><table class="table">
    <thead><tr>${columns.map((column, at) => html`<th key=${at} scope="col" class=${ends[at] ? "end" : ""}><${Hostile} text=${column} /></th>`)}</tr></thead>
    <tbody>${rows.map((row, n) => html`<tr key=${n}>${row.map((cell, at) => html`<td key=${at} class=${ends[at] ? "end" : ""}><${Value} value=${cell} /></td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** Values, one below the other. */
export function Items({ items }) {
  return html`<ul class="widget-list">${items.map((item, n) => html`<li key=${n}><${Value} value=${item} /></li>`)}</ul>`;
}

/** A passage. */
export function Passage({ md }) {
  const blocks = useMemo(() => markdown(md), [md]);
  return html`<div class="passage">${blocks}</div>`;
}

/** A line between widgets. */
export function Separator() {
  return html`<hr />`;
}
