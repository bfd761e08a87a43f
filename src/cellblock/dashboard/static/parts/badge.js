// States and outcomes: a colour, and always a word.

import { html } from "../vendor/ui.js";

// The states of docs/lifecycle.md: how each looks, and what it means.
const STATES = {
  new: ["busy", "Wanted, and not started yet."],
  running: ["good", "A process is there and takes ticks."],
  held: ["idle", "Paused by a person; the process stays."],
  lost: ["warn", "The process died or could not be started; it is tried again after a wait."],
  paused: ["bad", "Too many errors in a row; nothing runs until it is started again."],
  quarantined: ["bad", "It did what only hostile code does; its version is not started again."],
  stopped: ["idle", "Nothing runs, and nothing is wanted to."],
  deleted: ["idle", "It is forgotten within a day; until then it can be restored."],
};
const OUTCOMES = { done: "good", error: "bad", timeout: "warn", memory: "warn", crash: "bad", security: "bad" };

const toneOfState = (state) => STATES[state]?.[0] || "idle";
export const toneOfOutcome = (outcome) => OUTCOMES[outcome] || "idle";

/** A worker's state; `reason` shows on hover, else what the state means. */
export function StateBadge({ state, reason }) {
  return html`<span class=${`badge ${toneOfState(state)}`} title=${reason || STATES[state]?.[1]}><i aria-hidden="true"></i>${state}</span>`;
}

/** How a tick ended. */
export function OutcomeBadge({ outcome }) {
  return html`<span class=${`badge ${toneOfOutcome(outcome)}`}><i aria-hidden="true"></i>${outcome}</span>`;
}

/** A word in a colour: tone "good", "warn", "bad", "busy", "idle". */
export function Badge({ tone = "idle", children }) {
  return html`<span class=${`badge ${tone}`}><i aria-hidden="true"></i>${children}</span>`;
}
