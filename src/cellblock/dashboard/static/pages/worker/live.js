// What is new of one worker, asked for once a second: how it stands, its log lines, its runs, its picture.

import { batch, signal } from "../../vendor/ui.js";
import { api, path } from "../../core/api.js";
import { heard } from "../../core/time.js";

const LINES = 5_000;
const RUNS = 500;
const AT_ONCE = 10;

/**
 * A store of one worker. Signals: `worker` (WorkerView, undefined until it is known), `lines` (LineView[], the
 * oldest first), `runs` (RunView[], the oldest first), `monitor` ({at, widgets}, null if it drew nothing),
 * `at` (the service's time of the last answer), `problem` (Problem of the last question, or null), and
 * what the log is asked for: `level`, `contains`; a change of one reads the lines anew, in the next `look`.
 */
export class Live {
  constructor(workspace, name) {
    this.path = path`workspaces/${workspace}/workers/${name}`;
    for (const one of ["worker", "monitor", "at"]) this[one] = signal(undefined);
    this.lines = signal([]);
    this.runs = signal([]);
    this.problem = signal(null);
    this.level = signal("");
    this.contains = signal("");
    /** Ask now, and not only when the second is over; set by the page. */
    this.again = () => {};
    this.asked = "";
    this.before = {};
  }

  /** Take how the worker stands from the answer of a change. */
  take(worker) {
    const had = this.worker.value;
    if (had && had.created_at === worker.created_at && had.revision > worker.revision) return;
    this.worker.value = worker;
  }

  /** Say for which lines the log is asked. */
  sift(level, contains) {
    this.level.value = level;
    this.contains.value = contains;
    this.again();
  }

  /** Ask for what is new, until there is no more of it. */
  async look(abort) {
    for (let turn = 0; turn < AT_ONCE; turn += 1) {
      if (!(await this.ask(abort))) return;
    }
  }

  async ask(abort) {
    const wanted = JSON.stringify([this.level.value, this.contains.value]);
    const anew = wanted !== this.asked;
    const query = {
      lines_after: anew ? undefined : this.before.line,
      runs_after: this.before.run,
      drawn_at: this.monitor.value?.at,
      level: this.level.value,
      contains: this.contains.value,
    };
    const told = await api.get(`${this.path}/live`, query, { signal: abort });
    if (abort?.aborted) return false;
    // What was asked for changed meanwhile: these lines are not what is wanted now.
    const stale = wanted !== JSON.stringify([this.level.value, this.contains.value]);
    batch(() => {
      heard(told.at);
      this.at.value = told.at;
      this.take(told.worker);
      if (!stale) this.add("lines", "line", told.lines, LINES, anew);
      this.add("runs", "run", told.runs, RUNS, false);
      if (told.monitor !== undefined) this.monitor.value = told.monitor;
    });
    if (!stale) this.asked = wanted;
    return stale || told.more;
  }

  add(into, which, found, most, anew) {
    if (anew) this.before[which] = undefined;
    const last = this.before[which] ?? -1;
    const fresh = found.filter((one) => one.id > last);
    if (fresh.length) this.before[which] = fresh.at(-1).id;
    if (anew) this[into].value = fresh;
    else if (fresh.length) this[into].value = [...this[into].value, ...fresh].slice(-most);
  }
}
