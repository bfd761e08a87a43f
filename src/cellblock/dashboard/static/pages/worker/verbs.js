// What can be done with a worker: by its state, and by the role of the person.

import { html } from "../../vendor/ui.js";
import { api, may } from "../../core/api.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";

const GIVEN_UP = ["paused", "quarantined", "stopped"];

/** Whether nothing runs, and nothing will before a person says so. */
const isGivenUp = (worker) => GIVEN_UP.includes(worker.state);
const wanted = (worker, ...words) => words.includes(worker.desired);

/** Each verb: its word, what is said when it is done, and the workers (of a table or a page) for which it makes sense. */
export const VERBS = {
  start: { text: "Start", past: "started", icon: "play", fits: (one) => !one.quarantined && (wanted(one, "stopped") || (wanted(one, "running", "paused") && isGivenUp(one))) },
  stop: { text: "Stop", past: "stopped", icon: "stop", fits: (one) => wanted(one, "running", "paused") },
  pause: { text: "Pause", past: "paused", icon: "pause", fits: (one) => wanted(one, "running") && !isGivenUp(one) },
  resume: { text: "Resume", past: "resumed", icon: "play", fits: (one) => wanted(one, "paused") && !isGivenUp(one) },
  restart: { text: "Restart", past: "restarted", icon: "restart", fits: (one) => !one.quarantined && wanted(one, "running") },
  tick: { text: "Tick now", past: "ticked", icon: "tick", fits: (one) => wanted(one, "running") && !isGivenUp(one) },
  delete: { text: "Delete", past: "deleted", icon: "trash", danger: true, fits: (one) => !wanted(one, "deleted") },
  restore: { text: "Restore", past: "restored", icon: "restart", fits: (one) => wanted(one, "deleted") },
};

const SAID = {
  tick: "A tick was asked for.", pause: "It is paused; its process stays.", resume: "It goes on.", start: "It is started.",
  restart: "A fresh process was asked for.",
};
const HEAD = ["tick", "pause", "resume", "restart", "start", "stop"];
const FIRST = ["start", "resume"];

/** Have it done, and show at once what became of it. */
export async function verb(live, word) {
  live.take(await api.post(`${live.path}/${word}`));
  live.again();
}

/** Delete the worker, after a question. */
export async function remove(live, name) {
  const sure = await confirm({
    title: `Delete ${name}?`,
    text: "It ends now. For a day it can be restored; then its state, its log and its versions are forgotten for good.",
    action: "Delete it",
    danger: true,
  });
  if (!sure) return false;
  live.take(await api.del(live.path));
  live.again();
  return true;
}

async function stop(live, name) {
  const sure = await confirm({
    title: `Stop ${name}?`,
    text: "The tick that runs may end, then its process is ended. State, log and versions stay.",
    action: "Stop it",
  });
  return sure && verb(live, "stop");
}

/** Lift the quarantine of the version that is wanted, after a question. */
export async function release(live, worker) {
  const sure = await confirm({
    title: `Release version ${worker.version.number}?`,
    text: "It did what only hostile code does. Release it only if you know why it did that, and take it for harmless. It does not start by itself then.",
    action: "Release it",
    danger: true,
  });
  return sure && verb(live, "release");
}

/** The buttons at the head of the page. */
export function Actions({ live, name }) {
  const worker = live.worker.value;
  if (!worker || !may("operator") || worker.desired === "deleted") return null;
  const fitting = HEAD.filter((key) => VERBS[key].fits(worker));
  const shown = fitting.includes("start") ? fitting.filter((key) => key !== "restart") : fitting; // of one that was given up they are the same
  return html`
    ${worker.quarantined && html`<${Button} icon="shield" kind="danger" done="The version is released; start the worker when you wish." onClick=${() => release(live, worker)}>Release<//>`}
    ${shown.map((key) => html`<${Button} key=${key} icon=${VERBS[key].icon} kind=${FIRST.includes(key) ? "primary" : "plain"} done=${SAID[key]}
      onClick=${() => (key === "stop" ? stop(live, name) : verb(live, key))}>${VERBS[key].text}<//>`)}
    <${Button} icon="trash" label="Delete" kind="quiet" onClick=${() => remove(live, name)} />`;
}
