// The runs of a worker that a table shows: those that come and those of before.

import { signal } from "../../vendor/ui.js";
import { api } from "../../core/api.js";

/** Rows that are shown at first, and added each time. */
export const STEP = 25;
const PAGE = 100;
const MOST = 5_000;

/** Signals: `rows` (RunView[], the newest first), `whole` (there are no more). */
export class Runs {
  constructor(where, outcome) {
    this.where = where;
    this.outcome = outcome;
    this.known = new Map();
    this.cursor = undefined;
    this.rows = signal([]);
    this.whole = signal(false);
    this.reading = null;
  }

  /** Take what came. */
  take(runs) {
    this.add(runs.filter((run) => !this.outcome || run.outcome === this.outcome || (this.outcome === "failed" && run.outcome !== "done")));
  }

  add(runs) {
    const before = this.known.size;
    for (const run of runs) this.known.set(run.id, run);
    if (this.known.size === before) return;
    const rows = [...this.known.values()].sort((one, other) => other.id - one.id);
    for (const run of rows.splice(MOST)) this.known.delete(run.id);
    this.rows.value = rows;
  }

  /** Read those of before until there are `wanted`, or no more. */
  fill(wanted) {
    this.reading ||= this.read(wanted).finally(() => { this.reading = null; });
    return this.reading;
  }

  async read(wanted) {
    while (this.known.size < Math.min(wanted, MOST) && !this.whole.peek()) {
      const page = await api.get(`${this.where}/runs`, { limit: PAGE, outcome: this.outcome, cursor: this.cursor });
      this.cursor = page.next;
      this.add(page.items);
      this.whole.value = !page.next;
    }
    if (this.known.size >= MOST) this.whole.value = true;
  }
}
