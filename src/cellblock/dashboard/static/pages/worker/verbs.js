// What can be done with a worker: by its state, and by the role of the person.

import { html } from "../../vendor/ui.js";
import { api, may } from "../../core/api.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";

const GIVEN_UP = ["paused", "quarantined", "stopped"];

/** Whether nothing runs, and nothing will before a person says so. */
export const isGivenUp = (worker) => GIVEN_UP.includes(worker.state);

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
  const given = isGivenUp(worker);
  const wanted = worker.desired === "running" && !given;
  const held = worker.desired === "paused" && !given;
  const act = (word) => () => verb(live, word);
  return html`
    ${worker.quarantined && html`<${Button} icon="shield" kind="danger" done="The version is released; start the worker when you wish." onClick=${() => release(live, worker)}>Release<//>`}
    ${wanted && html`<${Button} icon="tick" done="A tick was asked for." onClick=${act("tick")}>Tick now<//>`}
    ${wanted && html`<${Button} icon="pause" done="It is paused; its process stays." onClick=${act("pause")}>Pause<//>`}
    ${held && html`<${Button} icon="play" kind="primary" done="It goes on." onClick=${act("resume")}>Resume<//>`}
    ${wanted && html`<${Button} icon="restart" done="A fresh process was asked for." onClick=${act("restart")}>Restart<//>`}
    ${given && !worker.quarantined && html`<${Button} icon="play" kind="primary" done="It is started." onClick=${act("start")}>Start<//>`}
    ${worker.desired !== "stopped" && html`<${Button} icon="stop" onClick=${() => stop(live, name)}>Stop<//>`}
    <${Button} icon="trash" label="Delete" kind="quiet" onClick=${() => remove(live, name)} />`;
}

