// How a worker is run: its schedule, its parameters, what it is granted, its limits; its hooks; its end.

import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { api, may } from "../../core/api.js";
import { Button } from "../../parts/button.js";
import { Editor } from "../../parts/editor.js";
import { TextField } from "../../parts/field.js";
import { Icon } from "../../parts/icon.js";
import { complain, toast } from "../../parts/toast.js";
import { LIMITS, blamed, changesOf, formOf, wrongIn } from "./form.js";
import { Grants } from "./grants.js";
import { Hooks } from "./hooks.js";
import { Overtaken, upon } from "./revision.js";
import { Schedule } from "./schedule.js";
import { remove } from "./verbs.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export default function Settings({ workspace, name, live }) {
  const worker = live.worker.value;
  // What was read: the form of version `number`, with which that of now is compared.
  const [read, setRead] = useState({ number: worker.version.number, form: formOf(worker.settings), turn: 0 });
  const [form, setForm] = useState(read.form);
  const [told, setTold] = useState({});
  const [note, setNote] = useState("");
  const latest = useRef(form);
  latest.current = form;
  const writer = may("operator");
  const set = (changes) => { setForm((before) => ({ ...before, ...changes })); setTold({}); };
  const begin = (fresh) => {
    const next = formOf(fresh.settings);
    setRead((before) => ({ number: fresh.version.number, form: next, turn: before.turn + 1 }));
    setForm(next); setTold({}); setNote("");
  };
  const changed = !same(form, read.form);
  const wrong = { ...told, ...wrongIn(form, read.form) };
  const overtaken = worker.version.number !== read.number;
  const alike = overtaken && same(formOf(worker.settings), read.form); // its source alone is another
  useEffect(() => {
    if (alike) setRead((before) => ({ ...before, number: worker.version.number }));
    else if (overtaken && !changed) begin(worker);
  }, [worker.version.number, changed]);

  const save = async () => {
    try {
      const body = { settings: changesOf(form, read.form), note };
      const done = await upon(live, read.number, (options) => api.patch(live.path, body, options));
      live.take(done.worker);
      live.again();
      if (same(latest.current, form)) begin(done.worker);
      else setRead((before) => ({ ...before, number: done.worker.version.number, form: formOf(done.worker.settings) })); // the person changed more meanwhile
      toast(done.changed ? `The settings are those of version ${done.worker.version.number} now.` : "Nothing changed.", { kind: done.changed ? "good" : "plain" });
    } catch (problem) {
      if (problem instanceof Overtaken) return; // the notice shows by itself
      const found = blamed(problem);
      setTold(found);
      if (Object.keys(found).length) toast("The settings are not saved; see what is marked.", { kind: "plain" });
      else complain(problem);
    }
  };
  const bad = Object.keys(wrong).length > 0;
  return html`<div class="stack settings">
    ${overtaken && !alike && changed && html`<section class="notice warn" role="alert"><${Icon} name="warn" size=${20} /><div class="grow"><h2>Version ${worker.version.number} was deployed meanwhile</h2>
      <p>It has other settings than those that you began with. Yours can be put upon it: just what you changed here is changed then.</p></div>
      <div class="row"><${Button} onClick=${() => begin(worker)}>Take version ${worker.version.number}, drop mine<//>
      <${Button} onClick=${() => setRead((before) => ({ ...before, number: worker.version.number }))}>Keep mine<//></div></section>`}
    <div class="halves">
      <div class="stack">
        <${Schedule} form=${form} set=${set} errors=${wrong} disabled=${!writer}
          nextAt=${form.by === read.form.by && form.interval === read.form.interval ? worker.next_at : null} />
        <${Limits} form=${form} set=${set} errors=${wrong} disabled=${!writer} />
      </div>
      <div class="stack">
        <section class="card stack"><h2>Config</h2><p class="soft">What the worker sees as <code>ctx.config</code>: a JSON object, with no secrets in it.</p>
          <${Editor} name=${`config ${read.turn}`} value=${form.config} language="json" readOnly=${!writer} label="Config" onChange=${(config) => set({ config })}
            onSave=${() => changed && !bad && save()} diagnostics=${wrong.config ? [{ line: wrong.config.line, message: wrong.config.message }] : []} />
          ${wrong.config && html`<p class="error" role="status">Line ${wrong.config.line}: ${wrong.config.message}</p>`}</section>
        <${Grants} workspace=${workspace} value=${form.connect} error=${wrong.connect} disabled=${!writer} onInput=${(connect) => set({ connect })} />
      </div>
    </div>
    ${writer ? html`<div class="source-foot">
      <div class="grow"><${TextField} label="Note of this version" placeholder="What is new; may be left out" value=${note} onInput=${setNote} maxlength="500" /></div>
      ${changed && html`<${Button} kind="quiet" onClick=${() => begin(worker)}>Drop changes<//>`}
      <${Button} kind="primary" disabled=${!changed || bad} onClick=${save}>Save<//>
    </div><p class="faint">${changed ? html`<b class="warn">Not saved yet.</b> ` : ""}To save makes a new version with the same source, to which the worker changes in a fresh process. By hand: <code>cellblock set ${name} --interval 10s</code>.</p>`
      : html`<p class="faint">You may read them; changing them needs the role of an operator.</p>`}
    <${Hooks} live=${live} name=${name} />
    ${writer && html`<section class="card row"><div class="grow"><h2>Delete this worker</h2><p class="soft">It ends now. For a day it can be restored; then its state, log, ticks and versions are forgotten. Files of the workspace stay.</p></div>
      <${Button} kind="danger" icon="trash" onClick=${() => remove(live, name)}>Delete ${name}<//></section>`}
  </div>`;
}

function Limits({ form, set, errors, disabled }) {
  return html`<section class="card stack"><h2>Limits</h2><p class="soft">Empty means that of the host.</p>
    <div class="grid">${LIMITS.map(([key, label, hint, , step]) => html`<${TextField} key=${key} label=${label} hint=${hint} type="number" min="0" step=${step} placeholder="the host's" disabled=${disabled}
      value=${form.limits[key]} error=${errors[key]} onInput=${(value) => set({ limits: { ...form.limits, [key]: value } })} />`)}</div></section>`;
}
