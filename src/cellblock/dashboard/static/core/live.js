// Asking again and again, as long as somebody looks.

import { useEffect, useRef, useState } from "../vendor/ui.js";
import { PATIENCE_MS, online, tooLate } from "./api.js";

const LONGEST_MS = 15_000;

/**
 * Call `look(signal)` at once and then every `everyMs` while the tab is visible; never twice at
 * once; ever more rarely while it fails. One that has no answer in `PATIENCE_MS` has failed. `deps`
 * begin it anew. Gives the last error, or null, and a function that looks now.
 */
export function usePoll(look, everyMs, deps) {
  const [problem, setProblem] = useState(null);
  const latest = useRef(look);
  const now = useRef({});
  latest.current = look;
  useEffect(() => {
    let timer = 0;
    let failures = 0;
    let asking = null;
    let over = false;
    let more = false; // what is asked for now may be older than what the person just did
    const turn = async () => {
      clearTimeout(timer);
      if (asking || over || document.hidden) return;
      const abort = asking = new AbortController();
      const patience = setTimeout(() => abort.abort(tooLate()), PATIENCE_MS);
      try {
        await latest.current(abort.signal);
        failures = 0;
        if (!over) setProblem(null);
      } catch (error) {
        if (over) return;
        failures += 1;
        setProblem(error);
      } finally {
        clearTimeout(patience);
        asking = null;
      }
      // What fails is asked for ever more rarely; a service that was lost is asked at once when it is found (below).
      const wait = more ? 0 : failures ? Math.min(LONGEST_MS, everyMs * 2 ** Math.min(failures - 1, 6)) : everyMs;
      more = false;
      if (!over) timer = setTimeout(turn, wait);
    };
    now.current = { turn, again: () => { if (asking) more = true; else turn(); } };
    document.addEventListener("visibilitychange", turn);
    turn();
    return () => {
      over = true;
      asking?.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", turn);
    };
  }, deps);
  const found = online.value;
  useEffect(() => { if (found) now.current.turn?.(); }, [found]); // a service that came again is asked at once
  return [problem, () => now.current.again()];
}

/** Load once, and again by `again()`: [value or undefined, problem or null, again]. */
export function useLoad(load, deps) {
  const [state, setState] = useState({ value: undefined, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let over = false;
    load().then(
      (value) => over || setState({ value, problem: null }),
      (problem) => over || setState((before) => ({ value: before.value, problem })),
    );
    return () => { over = true; };
  }, [...deps, turn]);
  const again = () => setTurn((n) => n + 1);
  const found = online.value;
  useEffect(() => { if (found && state.problem?.slug === "offline") again(); }, [found]);
  return [state.value, state.problem, again];
}
