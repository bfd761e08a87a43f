// The lines of a log: those that come and those of before, in pieces for the list that shows them.

import { signal } from "../../vendor/ui.js";
import { api, request } from "../../core/api.js";
import { visible } from "../../core/format.js";

const PIECE = 50;
const PAGE = 500;
const MOST = 50_000;
/** Lines that a download holds at most. */
export const SAVED = 100_000;

/** What a log shows. Signals: `pieces` ([{key, items}]), `count`, `fresh` (come while paused or not at the end), `reading`, `whole`. */
export class Lines {
  constructor(live, where) {
    this.live = live;
    this.where = where;
    this.pieces = signal([]);
    this.count = signal(0);
    this.fresh = signal(0);
    this.reading = signal(false);
    this.whole = signal(false);
    this.level = live.level.peek();
    this.contains = live.contains.peek();
    this.clear();
  }

  clear() {
    this.turn = (this.turn || 0) + 1;
    this.cursor = undefined;
    this.newest = -1;
    this.oldest = Infinity;
    this.waiting = null;
    this.pieces.value = [];
    this.count.value = 0;
    this.fresh.value = 0;
    this.reading.value = false;
    this.whole.value = false;
  }

  /** Show other lines: of this level or worse, and with this text. */
  sift(level, contains) {
    if (level === this.level && contains === this.contains) return;
    this.level = level;
    this.contains = contains;
    this.clear();
    // What is there now is not what is wanted, unless it was asked for already.
    if (this.live.asked !== JSON.stringify([level, contains])) this.waiting = this.live.lines.peek();
    this.live.sift(level, contains);
    this.take(this.live.lines.peek());
  }

  /** Take what came. Gives how many are new. */
  take(lines) {
    if (lines === this.waiting) return 0;
    this.waiting = null;
    const fresh = lines.filter((line) => line.id > this.newest);
    if (!fresh.length) return 0;
    // More came than are kept for those who do not look: what lies between is read again from the service.
    if (this.newest >= 0 && fresh.length === lines.length) this.clear();
    this.newest = fresh.at(-1).id;
    this.oldest = Math.min(this.oldest, fresh[0].id);
    const pieces = [...this.pieces.peek()];
    for (const line of fresh) {
      if (!pieces.length || pieces.at(-1).items.length >= PIECE) pieces.push({ key: line.id, items: [] });
      pieces.at(-1).items.push(line);
    }
    this.set(pieces);
    return fresh.length;
  }

  /** Whether there are so many that no more are taken while somebody reads the older ones. */
  get full() {
    return this.count.peek() >= 2 * MOST;
  }

  /** Forget the oldest, if they are too many; only while nobody reads them. */
  trim() {
    const pieces = [...this.pieces.peek()];
    let count = this.count.peek();
    while (count > MOST) count -= pieces.shift().items.length;
    if (count === this.count.peek()) return;
    this.oldest = pieces[0].items[0].id;
    this.cursor = undefined;
    this.whole.value = false;
    this.set(pieces);
  }

  set(pieces) {
    this.pieces.value = pieces;
    this.count.value = pieces.reduce((sum, piece) => sum + piece.items.length, 0);
  }

  /** Read older ones. */
  async older() {
    if (this.reading.peek() || this.whole.peek() || this.waiting || this.full) return;
    const turn = this.turn;
    this.reading.value = true;
    try {
      for (let found = 0; !found && turn === this.turn && !this.whole.peek();) found = await this.page(turn);
    } finally {
      if (turn === this.turn) this.reading.value = false;
    }
  }

  async page(turn) {
    const page = await api.get(`${this.where}/logs`, { limit: PAGE, cursor: this.cursor, level: this.level, contains: this.contains });
    if (turn !== this.turn) return 0;
    this.cursor = page.next ?? undefined;
    if (!page.next) this.whole.value = true;
    const found = page.items.filter((line) => line.id < this.oldest).reverse();
    if (!found.length) return 0;
    this.oldest = found[0].id;
    this.newest = Math.max(this.newest, found.at(-1).id);
    const pieces = [];
    for (let end = found.length; end > 0; end -= PIECE) {
      const items = found.slice(Math.max(0, end - PIECE), end);
      pieces.unshift({ key: items[0].id, items });
    }
    this.set([...pieces, ...this.pieces.peek()]);
    return found.length;
  }
}

/** Give all that matches as text, the newest `SAVED` lines of it; `told(n)` hears how far it is. */
export async function readAll(where, query, told, abort) {
  const pages = [];
  let count = 0;
  let cursor;
  do {
    const response = await request("GET", `${where}/logs`, { query: { limit: PAGE, ...query, cursor }, signal: abort });
    const page = await response.json();
    pages.push(page.items.reverse().map(written).join(""));
    count += page.items.length;
    cursor = page.next;
    told(count);
  } while (cursor && count < SAVED);
  return { blob: new Blob(pages.reverse(), { type: "text/plain" }), count, whole: !cursor };
}

// Control characters are written out here too: a terminal would obey them. No line of a message stands
// at the beginning of one, where it could pass for another message.
function written(line) {
  const head = `${new Date(line.at * 1000).toISOString()} ${line.level.padEnd(5)} `;
  return `${head}${visible(line.message).replaceAll("\n", `\n${" ".repeat(head.length)}`)}\n`;
}
