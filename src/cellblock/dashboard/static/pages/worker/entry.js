// One key of a worker's state: read, changed, deleted; and a new one.

import { html, useMemo, useRef, useState } from "../../vendor/ui.js";
import { all, api, may, path, request, save } from "../../core/api.js";
import { bytes, visible } from "../../core/format.js";
import { faults, laidOut } from "../../core/json.js";
import { usePoll } from "../../core/live.js";
import { Button } from "../../parts/button.js";
import { Dialog, confirm } from "../../parts/dialog.js";
import { Difference } from "../../parts/difference.js";
import { Editor } from "../../parts/editor.js";
import { TextField } from "../../parts/field.js";
import { HostileBlock, HostileName } from "../../parts/hostile.js";
import { Loading, Trouble } from "../../parts/page.js";
import { toast } from "../../parts/toast.js";

const KEYS = 10_000;
const LARGE = 100_000;
const SHOWN = 5_000;
const EVERY_MS = 2_000;

const addressOf = (where, key) => `${where}/state/${path`${key}`}`;
const read = async (where, key, signal) => (await request("GET", addressOf(where, key), { signal })).text();
const write = (where, key, text) => request("PUT", addressOf(where, key), { body: new Blob([text]) });

const shown = (raw) => (raw.length > LARGE ? raw : laidOut(raw)); // a long one has no editor

/** The value of the key `name`. It follows the worker as long as nobody changes it here. */
export function Entry({ where, name, again, close }) {
  const [there, setThere] = useState(undefined); // as it was read last
  const [base, setBase] = useState(undefined); // what the editor began with
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(null);
  const [turn, setTurn] = useState(0); // another one begins the editor anew
  const begun = useMemo(() => shown(base ?? ""), [base]);
  const dirty = base !== undefined && text !== begun;
  const latest = useRef({});
  latest.current = { text, following: base === undefined || !dirty };
  const begin = (raw) => { setThere(raw); setBase(raw); setText(shown(raw)); setTurn((n) => n + 1); };
  const [problem] = usePoll(async (signal) => {
    if (there?.length > LARGE) return; // not again and again
    const raw = await read(where, name, signal);
    if (raw === there) return;
    if (latest.current.following) begin(raw); else setThere(raw);
  }, EVERY_MS, [where, name]);
  const store = async (over) => {
    const found = faults(text);
    if (found.length) throw new Error(`This is no JSON: ${found[0].message}`);
    const now = await read(where, name).catch((error) => { if (error.status === 404) return null; throw error; });
    if (now !== base && now !== over) { setAsked({ now }); return false; }
    await write(where, name, text);
    const raw = await read(where, name);
    if (latest.current.text === text) begin(raw);
    else { setThere(raw); setBase(raw); } // the person wrote on meanwhile
    setAsked(null);
    toast("Saved.");
    again();
    return true;
  };
  const remove = async () => {
    if (!(await confirm({ title: "Delete this key?", text: html`The worker finds <code><${HostileName} text=${name} most=${500} /></code> no more, from its next <code>get</code> on.`, action: "Delete it", danger: true }))) return;
    await api.del(addressOf(where, name));
    close();
    again();
  };
  if (problem?.status === 404 && !dirty) return html`<section class="card"><p>There is no key <code><${HostileName} text=${name} most=${500} /></code> (any more).</p></section>`;
  if (base === undefined) return problem ? html`<${Trouble} problem=${problem} />` : html`<${Loading} rows=${4} />`;
  const large = there.length > LARGE;
  const actions = html`<${Button} icon="download" label="Download the value" onClick=${() => save(new Blob([there]), `${visible(name, 60).replace(/[^\w.-]+/g, "_")}.json`)} />
    ${may("operator") && html`<${Button} icon="trash" label="Delete this key" onClick=${remove} />
      ${!large && html`<${Button} kind="primary" disabled=${!dirty} onClick=${() => store()}>Save<//>`}`}`;
  return html`<section class="card state-entry" aria-label="Value">
    <div class="row"><h2 class="grow cut" title=${visible(name)}><${HostileName} text=${name} most=${500} /></h2>${actions}</div>
    ${problem && html`<${Trouble} problem=${problem} />`}
    ${dirty && there !== base && html`<p class="warn" role="status">The worker has changed it since you began. <button class="link" onClick=${() => begin(there)}>Take its value</button>, or save and compare.</p>`}
    ${large ? html`<p class="soft">${bytes(there.length)}: too long for an editor here. Its beginning:</p><${HostileBlock} label="Beginning of the value" text=${there} most=${SHOWN} />`
      : html`<${Editor} name=${`${name} ${turn}`} language="json" label="Value as JSON" value=${begun} readOnly=${!may("operator")} onChange=${setText} onSave=${() => dirty && store().catch((error) => toast(error.message, { kind: "bad" }))} diagnostics=${dirty ? faults(text) : []} />`}
    ${asked && html`<${Changed} ...${{ asked, text, onClose: () => setAsked(null), onTake: () => { setAsked(null); if (asked.now !== null) begin(asked.now); }, onOver: () => store(asked.now) }} />`}
  </section>`;
}

function Changed({ asked, text, onClose, onTake, onOver }) {
  const gone = asked.now === null;
  return html`<${Dialog} wide title=${gone ? "It was deleted meanwhile" : "It was changed meanwhile"} onClose=${onClose} actions=${html`
    <${Button} onClick=${onClose}>Back to mine<//>${!gone && html`<${Button} onClick=${onTake}>Take the other<//>`}<${Button} kind="danger" onClick=${onOver}>${gone ? "Write mine" : "Overwrite it"}<//>`}>
    ${gone ? html`<p>The key is not there any more. Write it anew?</p>` : html`<${Difference} language="json" before=${shown(asked.now)} after=${text} labels=${["As it is now", "Mine"]} />`}<//>`;
}

/** A key that is not there yet. */
export function NewEntry({ where, keys, again, show, onClose }) {
  const [key, setKey] = useState("");
  const [text, setText] = useState("null");
  const found = faults(text);
  const taken = keys.some((one) => one.key === key);
  const make = async () => {
    if ((await all(`${where}/state`, {}, KEYS)).some((one) => one.key === key)) throw new Error("The worker has made this key meanwhile.");
    await write(where, key, text);
    again();
    show(key);
    onClose();
  };
  return html`<${Dialog} title="New key" onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" done="The key is there." disabled=${!key || taken || found.length > 0} onClick=${make}>Make it<//>`}>
    <div class="form"><${TextField} label="Key" value=${key} onInput=${setKey} error=${taken ? "It is there already." : ""} maxlength="512" autofocus />
      <div class="field"><span>Value</span><${Editor} name="new" language="json" label="Value as JSON" value="null" onChange=${setText} diagnostics=${found} />
      ${found.length > 0 && html`<p class="error">${found[0].message}</p>`}</div></div><//>`;
}
