// Hooks: addresses to which others send events for a worker.

import { html, useState } from "../../vendor/ui.js";
import { all, api, may, path } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { Time } from "../../core/time.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { CheckField, TextField } from "../../parts/field.js";
import { Hostile } from "../../parts/hostile.js";
import { Secret } from "../../parts/once.js";
import { Loading, Trouble } from "../../parts/page.js";
import { Plain } from "../../parts/table.js";
import { toast } from "../../parts/toast.js";

/** The hooks of a worker; one that was just made shows its address this once. */
export function Hooks({ live, name }) {
  const [rows, problem, again] = useLoad(() => all(`${live.path}/hooks`), [live]);
  const [made, setMade] = useState(null);
  const remove = async (hook) => {
    const sure = await confirm({ title: `Remove the hook ${hook.name}?`, text: "Nothing more arrives by its address. What waits already is given to the worker.", action: "Remove it", danger: true });
    if (!sure) return;
    await api.del(`${live.path}${path`/hooks/${hook.id}`}`);
    if (made?.id === hook.id) setMade(null);
    again();
    toast(`The hook ${hook.name} is removed.`);
  };
  const columns = [
    { key: "name", title: "Name", narrow: true, cell: (hook) => html`<b>${hook.name}</b>` },
    { key: "signed", title: "Events", narrow: true, cell: (hook) => (hook.signed ? "signed" : "not signed") },
    { key: "at", title: "Made", cell: (hook) => html`<${Time} at=${hook.created_at} form="whole" />` },
    { key: "by", title: "By", cell: (hook) => html`<${Hostile} text=${hook.created_by} most=${60} />` },
    ...(may("operator") ? [{ key: "remove", title: "", end: true, narrow: true, cell: (hook) => html`<${Button} kind="quiet" icon="trash" label=${`Remove the hook ${hook.name}`} onClick=${() => remove(hook)} />` }] : []),
  ];
  return html`<section class="card stack"><h2>Hooks</h2>
    <p class="soft">An address to which others send JSON for this worker. It ticks at once then, with what came in <code>ctx.tick.events</code>.</p>
    <${Trouble} problem=${problem} again=${again} />
    ${!rows ? !problem && html`<${Loading} rows=${2} />`
      : rows.length ? html`<${Plain} label="Hooks" columns=${columns} rows=${rows} keyOf=${(hook) => hook.id} />`
      : html`<p class="faint">There is none yet.${may("operator") && html` Make one here, or by <code>cellblock hooks add ${name} --name orders</code>.`}</p>`}
    ${made && html`<${Made} made=${made} onClose=${() => setMade(null)} />`}
    ${may("operator") && html`<${Making} live=${live} onMade=${(hook) => { setMade(hook); again(); }} />`}
  </section>`;
}

function Making({ live, onMade }) {
  const [name, setName] = useState("");
  const [signed, setSigned] = useState(false);
  const [secret, setSecret] = useState("");
  const make = async () => {
    onMade(await api.post(`${live.path}/hooks`, { name, signed, ...(signed && secret ? { secret } : {}) }));
    setName(""); setSigned(false); setSecret("");
  };
  return html`<form class="form" onSubmit=${(event) => event.preventDefault()}>
    <${TextField} label="Name of a new hook" hint="What the worker knows it by: a–z, 0–9, - and _." value=${name} onInput=${setName} maxlength="63" autocomplete="off" />
    <${CheckField} label="Events must be signed" hint="With a secret that the sender holds; one without a good signature is refused." value=${signed} onInput=${setSigned} />
    ${signed && html`<${TextField} label="The sender's secret" hint="16 characters or more. Left empty, one is drawn and shown once." type="password" autocomplete="off" value=${secret} onInput=${setSecret} maxlength="256" />`}
    <div><${Button} type="submit" icon="plus" disabled=${!/^[a-z0-9][a-z0-9_-]*$/.test(name)} onClick=${make}>Make the hook<//></div>
  </form>`;
}

function Made({ made, onClose }) {
  return html`<div class="notice good" role="status"><div class="grow stack"><h3>The hook ${made.name} is made. This is shown once.</h3>
    <${Once} label="Its address; who knows it may send events" text=${made.url} />
    ${made.secret && html`<${Once} label="The secret that signs events" text=${made.secret} />`}
    <div><${Button} onClick=${onClose}>I have kept it<//></div></div></div>`;
}

function Once({ label, text }) {
  return html`<div><p class="soft">${label}</p><${Secret} label=${label} text=${text} /></div>`;
}
