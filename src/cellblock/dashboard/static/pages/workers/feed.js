// The workers as they are now. In: answers of `GET /api/v1/live`, one a second, each with what is new
// since the round before. Out: rows by key; a row that changed is another object, one that did not
// is the same.

import { useRef, useState } from "../../vendor/ui.js";
import { api } from "../../core/api.js";
import { usePoll } from "../../core/live.js";
import { heard } from "../../core/time.js";

const EVERY_MS = 1_000;
const RECENT = 40;
const WINDOW_S = 10;

/** What a row is known by; a slash is in no name. */
export const keyOf = (row) => row.key;

/** "deleted" where it waits to be forgotten, as the command line has it; else the state. */
export const stateOf = (row) => (row.desired === "deleted" ? "deleted" : row.state);

export class Feed {
  constructor() {
    this.rows = new Map();
    this.round = undefined;
    this.rounds = []; // of the last seconds: {at, counts: [[key, ticks] …]}
    this.counts = new Map(); // ticks of each in these
  }

  /** Take an answer; tells whether anything is new. */
  take({ at, round, whole, workers, ticks, gone }) {
    const before = this.rows;
    if (whole) this.rows = new Map();
    this.round = round;
    // First those that went: another one of that name may be among the workers.
    for (const [workspace, name] of gone) this.rows.delete(`${workspace}/${name}`);
    for (const row of workers) {
      row.key = `${row.workspace}/${row.name}`;
      const old = before.get(row.key);
      if (!row.recent.length && old && row.last?.n === old.last?.n) row.recent = old.recent;
      this.rows.set(row.key, row);
    }
    this.count(at, whole, ticks.map((tick) => this.tick(tick)).filter(Boolean));
    return whole || workers.length > 0 || ticks.length > 0 || gone.length > 0;
  }

  tick([workspace, name, n, started_at, late_ms, duration_ms, outcome, memory_bytes, next_at]) {
    const key = `${workspace}/${name}`;
    const row = this.rows.get(key);
    if (!row) return null;
    const again = row.last?.n === n && row.last?.started_at === started_at; // told with its row already
    const passed = again ? 0 : Math.max(1, n - (row.last?.n ?? n - 1));
    const { recent } = row; // it goes on from object to object
    if (!again) recent.push([duration_ms, outcome]);
    if (recent.length > RECENT) recent.shift();
    const error = again ? row.last.error : null;
    this.rows.set(key, { ...row, memory_bytes, next_at, last: { n, started_at, late_ms, duration_ms, outcome, error } });
    return [key, passed];
  }

  count(at, whole, counts) {
    if (whole) { this.rounds = []; this.counts.clear(); }
    this.rounds.push({ at, counts });
    for (const [key, n] of counts) this.counts.set(key, (this.counts.get(key) || 0) + n);
    // The oldest round that stays marks the beginning; what ticked before it is counted no more.
    while (this.rounds.length > 2 && at - this.rounds[1].at >= WINDOW_S) this.drop(this.rounds.shift());
    if (this.rounds[0].counts.length) { this.drop(this.rounds[0]); this.rounds[0].counts = []; }
  }

  drop({ counts }) {
    for (const [key, n] of counts) {
      const left = this.counts.get(key) - n;
      if (left) this.counts.set(key, left); else this.counts.delete(key);
    }
  }

  /** Ticks per second of some rows, in the last ten; null while there is no such time yet. */
  rate(rows) {
    const span = this.rounds.length > 1 ? this.rounds.at(-1).at - this.rounds[0].at : 0;
    if (span <= 0) return null;
    let ticks = 0;
    for (const row of rows) ticks += this.counts.get(row.key) || 0;
    return ticks / span;
  }
}

/** Follow a workspace, or all (null): {feed, turn, problem, again}; `turn` is another number whenever something is new. */
export function useFeed(workspace) {
  const feed = useRef(null);
  const [turn, setTurn] = useState(0);
  if (!feed.current) feed.current = new Feed();
  const [problem, again] = usePoll(async (signal) => {
    const answer = await api.get("live", { workspace, since: feed.current.round }, { signal });
    heard(answer.at);
    feed.current.take(answer);
    setTurn((n) => n + 1);
  }, EVERY_MS, [workspace]);
  return { feed: feed.current, turn, problem, again };
}
