// Tables. `Table` draws only the rows in view, so that thousands stay smooth; `Plain` draws all.

import { Component, html, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { Button } from "./button.js";

const ROW_PX = 41;
const SPARE_ROWS = 5;

/**
 * A column: {key, title, cell: (row) => view, sort?: (row) => number|string, width?: css, end?: true for
 * numbers, narrow?: true to show it on a phone too}. `sorted` is {key, down}; `onSort(key)`.
 * `selection` is a Set of keys with `onSelect(Set)`; `keyOf(row)`.
 * A row is drawn anew only when it is another object, is picked, or the columns are others: keep
 * `columns` the same between updates where many rows are live.
 */
export function Table({ label, columns, rows, keyOf, sorted, onSort, selection, onSelect, nameOf = keyOf }) {
  const frame = useRef(null);
  const [view, setView] = useState({ first: 0, count: 40 });
  const look = () => {
    const box = frame.current;
    if (!box) return;
    const above = Math.max(0, box.scrollTop - ROW_PX); // the head takes a row's place
    const first = Math.max(0, Math.floor(above / ROW_PX) - SPARE_ROWS);
    const count = Math.ceil(box.clientHeight / ROW_PX) + 2 * SPARE_ROWS;
    setView((old) => (old.first === first && old.count === count ? old : { first, count }));
  };
  useLayoutEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  const across = columns.length + (selection ? 1 : 0);
  const first = Math.min(view.first, Math.max(0, rows.length - view.count));
  const shown = rows.slice(first, first + view.count);
  const picked = useRef(null);
  picked.current = selection; // of two picks before the next drawing, the second has the first
  const pick = useRef(null);
  pick.current = (key, on) => {
    picked.current = new Set(picked.current);
    if (on) picked.current.add(key); else picked.current.delete(key);
    onSelect(picked.current);
  };
  const every = rows.length > 0 && selection && rows.every((row) => selection.has(keyOf(row)));
  return html`<div class="table-frame" ref=${frame} onScroll=${look} tabindex="0" role="region" aria-label=${label}>
    <table class="table" aria-rowcount=${rows.length + 1}>
      <colgroup>${selection && html`<col class="col-pick" />`}${columns.map((column) => html`<col key=${column.key} style=${{ width: column.width }} class=${column.narrow ? "" : "wide-only"} />`)}</colgroup>
      <thead><tr aria-rowindex="1">
        ${selection && html`<th scope="col" class="pick"><input type="checkbox" aria-label="Select all rows" checked=${every}
          onChange=${(event) => onSelect(event.currentTarget.checked ? new Set(rows.map(keyOf)) : new Set())} /></th>`}
        ${columns.map((column) => html`<${Head} key=${column.key} column=${column} sorted=${sorted} onSort=${onSort} />`)}
      </tr></thead>
      <tbody>
        ${first > 0 && html`<tr class="gap" aria-hidden="true"><td colspan=${across} style=${{ height: `${first * ROW_PX}px` }}></td></tr>`}
        ${shown.map((row, n) => {
          const key = keyOf(row);
          return html`<${Row} key=${key} at=${first + n + 2} row=${row} id=${key} columns=${columns} picked=${selection ? selection.has(key) : null} pick=${pick} nameOf=${nameOf} />`;
        })}
        ${first + shown.length < rows.length && html`<tr class="gap" aria-hidden="true"><td colspan=${across} style=${{ height: `${(rows.length - first - shown.length) * ROW_PX}px` }}></td></tr>`}
      </tbody>
    </table>
  </div>`;
}

class Row extends Component {
  shouldComponentUpdate(next) {
    const { row, picked, at, columns } = this.props;
    return next.row !== row || next.picked !== picked || next.at !== at || next.columns !== columns;
  }

  render({ row, id, at, columns, picked, pick, nameOf }) {
    return html`<tr aria-rowindex=${at} class=${picked ? "picked" : ""}>
      ${picked !== null && html`<td class="pick"><input type="checkbox" aria-label=${`Select ${nameOf(row)}`} checked=${picked} onChange=${(event) => pick.current(id, event.currentTarget.checked)} /></td>`}
      ${columns.map((column) => html`<td key=${column.key} class=${cellClass(column)}>${column.cell(row)}</td>`)}
    </tr>`;
  }
}

const cellClass = (column) => `${column.end ? "end" : ""}${column.narrow ? "" : " wide-only"}`;

function Head({ column, sorted, onSort }) {
  const mine = sorted?.key === column.key;
  const order = mine ? (sorted.down ? "descending" : "ascending") : undefined;
  return html`<th scope="col" class=${cellClass(column)} aria-sort=${order}>
    ${column.sort && onSort ? html`<button class="sort" onClick=${() => onSort(column.key)}>${column.title}<i class=${mine ? (sorted.down ? "down" : "up") : ""} aria-hidden="true"></i></button>` : column.title}
  </th>`;
}

/** Sort rows by a column; equal ones by name. */
export function sort(rows, columns, sorted, nameOf) {
  const by = columns.find((column) => column.key === sorted?.key)?.sort;
  if (!by) return rows;
  const way = sorted.down ? -1 : 1;
  const keyed = rows.map((row) => [by(row), nameOf(row), row]);
  keyed.sort(([a, x], [b, y]) => {
    if (a === b) return x < y ? -1 : 1;
    if (a === null || a === undefined) return 1; // what is not known comes last, whichever way
    if (b === null || b === undefined) return -1;
    return a < b ? -way : way;
  });
  return keyed.map(([, , row]) => row);
}

/** A short table: columns as above, all rows drawn; `more` is shown below. */
export function Plain({ label, columns, rows, keyOf, more }) {
  return html`<div class="plain-frame"><table class="table" aria-label=${label}>
    <thead><tr>${columns.map((column) => html`<th key=${column.key} scope="col" class=${cellClass(column)}>${column.title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${keyOf(row)}>${columns.map((column) => html`<td key=${column.key} class=${cellClass(column)}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table>${more && html`<${Button} class="more" icon="down" onClick=${more}>Show more<//>`}</div>`;
}
