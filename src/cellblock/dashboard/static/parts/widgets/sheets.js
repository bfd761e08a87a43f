// Widgets as wide as the page: tables, lists, passages, lines.

import { html, useMemo, useState } from "../../vendor/ui.js";
import { count } from "../../core/format.js";
import { Hostile } from "../hostile.js";
import { markdown } from "./markdown.js";
import { Value } from "./value.js";

// Cells and items that are drawn unasked: a picture may hold ten times as many, and change each second.
const CELLS = 2_000;
const ITEMS = 200;

/** Rows of as many cells as there are columns. A column of numbers stands right. */
export function Rows({ columns, rows }) {
  const [every, setEvery] = useState(false);
  const most = every ? rows.length : Math.max(20, Math.floor(CELLS / Math.max(1, columns.length)));
  const ends = columns.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === "number" || row[at] === null));
  return html`<div class="plain-frame widget-table" tabindex="0" role="region" aria-label="Table"><table class="table">
    <thead><tr>${columns.map((column, at) => html`<th key=${at} scope="col" class=${ends[at] ? "end" : ""}><${Hostile} text=${column} /></th>`)}</tr></thead>
    <tbody>${rows.slice(0, most).map((row, n) => html`<tr key=${n}>${row.map((cell, at) => html`<td key=${at} class=${ends[at] ? "end" : ""}><${Value} value=${cell} /></td>`)}</tr>`)}</tbody>
  </table><${Rest} n=${rows.length - most} word="rows" onClick=${() => setEvery(true)} /></div>`;
}

/** Values, one below the other. */
export function Items({ items }) {
  const [every, setEvery] = useState(false);
  const shown = every ? items : items.slice(0, ITEMS);
  return html`<div class="widget-list" tabindex="0" role="region" aria-label="List"><ul>${shown.map((item, n) => html`<li key=${n}><${Value} value=${item} /></li>`)}</ul>
    <${Rest} n=${items.length - shown.length} word="items" onClick=${() => setEvery(true)} /></div>`;
}

const Rest = ({ n, word, onClick }) => n > 0 && html`<button class="more" onClick=${onClick}>Show ${count(n)} more ${word}</button>`;

/** A passage. */
export function Passage({ md }) {
  const blocks = useMemo(() => markdown(md), [md]);
  return html`<div class="passage">${blocks}</div>`;
}

/** A line between widgets. */
export function Separator() {
  return html`<hr />`;
}
