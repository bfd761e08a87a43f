// The columns of the table of workers.

import { html } from "../../vendor/ui.js";
import { bytes, count, duration, visible } from "../../core/format.js";
import { Link } from "../../core/router.js";
import { Time } from "../../core/time.js";
import { StateBadge, toneOfOutcome } from "../../parts/badge.js";
import { Icon } from "../../parts/icon.js";
import { Menu } from "../../parts/menu.js";
import { Spark } from "../../parts/spark.js";
import { stateOf } from "./feed.js";

// Worst first, so that a click on the head brings up what needs somebody.
const WORST = ["quarantined", "paused", "lost", "new", "held", "running", "stopped", "deleted"];
/** "every 5 s", or the cron line. */
export function said(schedule) {
  const s = /^[\d.]+s$/.test(schedule) ? Number.parseFloat(schedule) : 0;
  if (!s) return visible(schedule, 100);
  const [size, unit] = s % 3600 === 0 ? [s / 3600, "h"] : s % 60 === 0 ? [s / 60, "min"] : [s, "s"];
  return `every ${count(size)} ${unit}`;
}

// Intervals by their length, cron lines after them.
const length = (schedule) => (/^[\d.]+s$/.test(schedule) ? Number.parseFloat(schedule) : 1e9);

const name = {
  key: "name", title: "Name", narrow: true, still: true, sort: (row) => row.name,
  cell: (row) => html`<${Link} to=${["w", row.workspace, "workers", row.name]} class="worker-name" title=${row.name}><bdi>${row.name}</bdi><//>`,
};
const inside = {
  key: "workspace", title: "Workspace", width: "8rem", still: true, sort: (row) => row.workspace,
  cell: (row) => html`<${Link} to=${["w", row.workspace, "workers"]} class="soft" title=${row.workspace}><bdi>${row.workspace}</bdi><//>`,
};

function Late({ row }) {
  if (!row.last) return html`<span class="faint">–</span>`;
  return html`<span class=${row.last.late_ms >= 1000 ? "warn" : ""}>${duration(row.last.late_ms)}</span>`;
}

function Last({ row }) {
  if (!row.last) return html`<span class="faint">–</span>`;
  const { outcome, error } = row.last;
  return html`<span class=${outcome === "done" ? "" : toneOfOutcome(outcome)} title=${outcome === "done" ? undefined : visible(`${outcome}: ${error || ""}`, 300)}>
    ${outcome !== "done" && html`<${Icon} name="warn" size=${13} /><span class="unseen">${outcome}, </span>`}<${Time} at=${row.last.started_at} /></span>`;
}

// The last one as a number, those before it as bars.
function Took({ row }) {
  return html`<span class="took"><${Spark} recent=${row.recent} />${row.last && html`<span>${duration(row.last.duration_ms)}</span>`}</span>`;
}

function Version({ row }) {
  const other = row.running_version !== null && row.running_version !== row.version;
  return html`<span title=${other ? `${row.running_version} runs, ${row.version} is wanted` : undefined}>${other ? `${row.running_version} → ${row.version}` : row.version}</span>`;
}

/** `every` where the workers of all workspaces are shown; `itemsOf(row)` gives what its menu has. */
export function columns(every, itemsOf) {
  return [
    { key: "state", title: "State", width: "8.1rem", narrow: true, sort: (row) => WORST.indexOf(stateOf(row)),
      cell: (row) => html`<${StateBadge} state=${stateOf(row)} reason=${visible(row.reason, 300)} />` },
    name,
    ...(every ? [inside] : []),
    { key: "schedule", title: "Schedule", width: "7.1rem", still: true, sort: (row) => length(row.schedule), cell: (row) => html`<span class="soft">${said(row.schedule)}</span>` },
    { key: "last", title: "Last tick", width: "7.9rem", sort: (row) => row.last?.started_at, cell: (row) => html`<${Last} row=${row} />` },
    { key: "next", title: "Next tick", width: "5.7rem", sort: (row) => row.next_at, cell: (row) => html`<${Time} at=${row.next_at} />` },
    { key: "late", title: "Late", width: "5rem", end: true, sort: (row) => row.last?.late_ms, cell: (row) => html`<${Late} row=${row} />` },
    { key: "took", title: "Duration", width: "9rem", sort: (row) => row.last?.duration_ms, cell: (row) => html`<${Took} row=${row} />` },
    { key: "errors", title: "Errors", width: "4.6rem", end: true, sort: (row) => row.errors, cell: (row) => html`<span class=${row.errors ? "bad" : "faint"}>${count(row.errors)}</span>` },
    { key: "memory", title: "Memory", width: "5.2rem", end: true, sort: (row) => row.memory_bytes, cell: (row) => bytes(row.memory_bytes) },
    { key: "version", title: "Version", width: "5rem", end: true, still: true, sort: (row) => row.version, cell: (row) => html`<${Version} row=${row} />` },
    { key: "actions", title: html`<span class="unseen">Actions</span>`, width: "2.8rem", narrow: true,
      cell: (row) => html`<${Menu} label=${`Actions for ${row.name}`} items=${() => itemsOf(row)} />` },
  ];
}
