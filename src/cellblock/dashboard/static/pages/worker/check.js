// Reading a source without running it, while it is written.

import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { api } from "../../core/api.js";
import { many } from "../../core/format.js";
import { href } from "../../core/router.js";
import { Hostile } from "../../parts/hostile.js";
import { Icon } from "../../parts/icon.js";

const WAIT_MS = 400;

/**
 * Check a source a moment after each change: never two at once, and the latest counts. Gives {busy, found,
 * problem}: `found` is what is known of just this text, or null; and a function that tells what else
 * was found of a text (the answer of a deploy that was refused).
 */
export function useCheck(text, filename, wanted = true) {
  const [state, setState] = useState({ busy: false, of: null, found: null, problem: null });
  const turn = useRef({ running: false, timer: 0, over: false });
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    if (!wanted || text === undefined) return undefined;
    const mine = turn.current;
    const run = async () => {
      if (mine.running || mine.over) return; // the one that runs goes on with the latest
      mine.running = true;
      const of = latest.current;
      const ended = { busy: false, of, found: null, problem: null };
      try {
        ended.found = (await api.post("check", { source: of, filename })).findings;
      } catch (problem) {
        ended.problem = problem;
      }
      mine.running = false;
      if (mine.over) return;
      if (latest.current === of) setState(ended);
      else mine.timer = setTimeout(run, WAIT_MS);
    };
    clearTimeout(mine.timer);
    setState((before) => ({ ...before, busy: true }));
    mine.timer = setTimeout(run, WAIT_MS);
    return undefined;
  }, [text, filename, wanted]);
  useEffect(() => {
    turn.current.over = false;
    return () => { turn.current.over = true; clearTimeout(turn.current.timer); };
  }, []);
  const tell = (of, found) => setState({ busy: false, of, found, problem: null });
  return [{ ...state, found: state.of === text ? state.found : null, before: state.found || [] }, tell];
}

/** As the editor takes them: its columns count from 0. */
export const marks = (found) => found.map((one) => ({ ...one, column: Math.max(0, (one.column || 1) - 1) }));

/** What is known of the source, and each finding as a link to its line. `refused` says that a deploy failed for them. */
export function Findings({ check, where, onGo, refused }) {
  const { busy, found, problem } = check;
  const list = found || check.before;
  const errors = list.filter((one) => one.severity === "error").length;
  return html`<section class="findings" aria-label="Findings">
    <p class="findings-state" role="status">
      ${busy && html`<span class="soft">Checking …</span>`}
      ${!busy && problem && html`<span class="warn">It could not be checked: ${problem.message}</span>`}
      ${!busy && !problem && found && !found.length && html`<span class="good row"><${Icon} name="check" />No findings</span>`}
      ${!busy && !problem && found?.length > 0 && html`<span class=${errors ? "bad" : "warn"}>${many(found.length, "finding")}${errors && errors < found.length ? `, ${many(errors, "error")} among them` : ""}${refused ? "; it was not deployed" : ""}</span>`}
    </p>
    ${list.length > 0 && html`<ol class=${busy ? "faint" : ""}>${list.map((one, n) => html`<li key=${n}>
      <a href=${href(...where, { line: one.line })} onClick=${(event) => { event.preventDefault(); onGo({ line: one.line, column: Math.max(0, (one.column || 1) - 1) }); }}>Line ${one.line}</a>
      <span class=${one.severity === "error" ? "bad" : "warn"}>${one.severity}</span>
      <span><${Hostile} text=${one.message} />${one.hint && html`<br /><span class="hint"><${Hostile} text=${one.hint} /></span>`}</span>
    </li>`)}</ol>`}
  </section>`;
}
