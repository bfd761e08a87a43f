// What can be done with workers: with one by its menu, with many at once.

import { html, render, signal } from "../../vendor/ui.js";
import { api, may, path } from "../../core/api.js";
import { many } from "../../core/format.js";
import { go } from "../../core/router.js";
import { Button } from "../../parts/button.js";
import { Dialog, confirm } from "../../parts/dialog.js";
import { toast } from "../../parts/toast.js";
import { VERBS } from "../worker/verbs.js";
import { keyOf, stateOf } from "./feed.js";

const AT_ONCE = 6;
function send(verb, row) {
  const where = path`workspaces/${row.workspace}/workers/${row.name}`;
  return verb === "delete" ? api.del(where) : api.post(`${where}/${verb}`);
}

async function sure(verb, rows) {
  if (verb !== "delete") return true;
  const [first] = rows;
  return confirm({
    title: rows.length === 1 ? `Delete ${first.name}?` : `Delete ${many(rows.length, "worker")}?`,
    text: `${rows.length === 1 ? "It ends now, and is forgotten with its state and its log" : "They end now, and are forgotten with their state and their logs"} after a day; until then "Restore" brings ${rows.length === 1 ? "it" : "them"} back. Files of the workspace stay.`,
    action: "Delete", danger: true,
  });
}

/** What the menu of a row has. `after()` is called when something was done. */
export function itemsOf(row, after) {
  const open = { key: "open", text: "Open", icon: "right", run: () => go("w", row.workspace, "workers", row.name) };
  if (!may("operator")) return [open];
  const fitting = Object.entries(VERBS).filter(([, verb]) => verb.fits(row));
  return [open, ...fitting.map(([key, verb]) => ({
    key, text: verb.text, icon: verb.icon, danger: verb.danger,
    run: async () => {
      if (!await sure(key, [row])) return;
      await send(key, row);
      toast(`${row.name}: ${verb.past}.`);
      after();
    },
  }))];
}

/** What is under way with many: null, or {verb, done, total, stop}. */
export const work = signal(null);

/** Do it to all of the rows for which it makes sense, six at once. */
export async function all(verb, rows, after) {
  const fitting = rows.filter(VERBS[verb].fits);
  if (work.value || !fitting.length || !await sure(verb, fitting)) return false;
  const waiting = [...fitting];
  const failed = [];
  let done = 0;
  const tell = () => { work.value = { verb, done, total: fitting.length, stop: () => { waiting.length = 0; } }; };
  const one = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      await send(verb, row).catch((problem) => failed.push({ row, problem }));
      done += 1;
      tell();
      if (failed.at(-1)?.problem.status === 401) waiting.length = 0; // nobody is logged in any more
    }
  };
  tell();
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  work.value = null;
  after();
  sumUp(verb, { done, failed, total: fitting.length, left: rows.length - fitting.length });
  return true;
}

function sumUp(verb, { done, failed, total, left }) {
  const { past } = VERBS[verb];
  const aside = left ? ` ${many(left, "other")} needed nothing.` : "";
  const good = `${many(done - failed.length, "worker")} ${past}${done < total ? `, ${total - done} not tried` : ""}.${aside}`;
  if (!failed.length) return toast(good);
  const place = document.createElement("div");
  document.body.append(place);
  const close = () => { render(null, place); place.remove(); };
  return render(html`<${Dialog} title=${`${many(failed.length, "worker")} could not be ${past}`} onClose=${close}
    actions=${html`<${Button} kind="primary" onClick=${close}>Close<//>`}>
    <p>${good}</p>
    <ul class="failures">${failed.map(({ row, problem }) => html`<li key=${keyOf(row)}><strong><bdi>${row.name}</bdi></strong> <span class="soft"><bdi>${row.workspace}</bdi>, ${stateOf(row)}</span><br />${problem.message}${problem.hint && html`; ${problem.hint}`}</li>`)}</ul>
  <//>`, place);
}
