// In what order rows stand. Where they are sorted by what changes while somebody looks, no row moves
// as long as the pointer or the keyboard is on the table, and for some seconds after.

import { useEffect, useMemo, useRef, useState } from "../../vendor/ui.js";
import { sort } from "../../parts/table.js";
import { keyOf } from "./feed.js";

const HOLD_MS = 4_000;

/** Put rows into the order that they had before; new ones come last. */
export function keep(rows, before) {
  const now = new Map(rows.map((row) => [keyOf(row), row]));
  const kept = before.map(keyOf).filter((key) => now.has(key)).map((key) => [key, now.get(key)]);
  return [...new Map([...kept, ...now]).values()];
}

/**
 * Rows in their order, and what the table's surroundings listen with: [sorted rows, held, handlers].
 * `question` is what a person asked for (sort, filter, search): where it changes the order is made anew.
 */
export function useOrder(rows, columns, sorted, nameOf, question) {
  const last = useRef({ question: null, rows: [] });
  const { held, handlers } = useHold();
  const moves = !columns.find((column) => column.key === sorted.key)?.still;
  const shown = useMemo(() => {
    const again = held && moves && last.current.question === question;
    return again ? keep(rows, last.current.rows) : sort(rows, columns, sorted, nameOf);
  }, [rows, question, held, columns]);
  last.current = { question, rows: shown };
  return [shown, held && moves, handlers];
}

function useHold() {
  const [held, setHeld] = useState(false);
  const on = useRef({ pointer: false, focus: false, timer: 0 });
  useEffect(() => () => clearTimeout(on.current.timer), []);
  const set = (what, value) => {
    on.current[what] = value;
    clearTimeout(on.current.timer);
    if (value) setHeld(true);
    else if (!on.current.pointer && !on.current.focus) on.current.timer = setTimeout(() => setHeld(false), HOLD_MS);
  };
  const handlers = {
    onPointerEnter: () => set("pointer", true),
    onPointerLeave: () => set("pointer", false),
    // By keyboard, in a row; who pressed a button with the pointer went away with it.
    onFocusIn: (event) => { if (event.target.matches("tbody :focus-visible")) set("focus", true); },
    onFocusOut: () => { if (on.current.focus) set("focus", false); },
  };
  return { held, handlers };
}
