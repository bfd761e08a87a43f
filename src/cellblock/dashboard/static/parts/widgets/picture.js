// A picture of ctx.monitor: its widgets in their order, small ones beside each other.

import { html } from "../../vendor/ui.js";
import { Guard } from "../guard.js";
import { Lines } from "./lines.js";
import { Items, Passage, Rows, Separator } from "./sheets.js";
import { Metric, Progress, Status } from "./tiles.js";

const TILES = { metric: Metric, status: Status, progress: Progress };
const SHEETS = { table: Rows, list: Items, text: Passage, chart: Lines, separator: Separator };

/** `widgets` as the API gives them. Each keeps its element as long as it has its place and its kind. */
export function Picture({ widgets }) {
  const groups = [];
  widgets.forEach((widget, at) => {
    const key = `${widget.type} ${widget.id ?? at}`;
    const Tile = TILES[widget.type];
    const Sheet = SHEETS[widget.type];
    const last = groups.at(-1);
    const row = widget.type === "metric" ? "numbers" : "lamps"; // those of a row are equally tall
    if (Tile && last?.row === row) last.tiles.push(html`<${Tile} key=${key} ...${widget} />`);
    else if (Tile) groups.push({ key: `tiles ${at}`, row, tiles: [html`<${Tile} key=${key} ...${widget} />`] });
    else if (Sheet) groups.push({ key, sheet: html`<${Sheet} ...${widget} />` });
  });
  return html`<div class="picture">${groups.map((group) => html`<div key=${group.key} class=${group.tiles ? "tiles" : "sheet"}><${Guard} where=${widgets}>${group.tiles || group.sheet}<//></div>`)}</div>`;
}
