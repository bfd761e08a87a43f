// Making or changing a connection. Secrets go in and never come out: each is kept, replaced or taken away.

import { html, useMemo, useState } from "../../vendor/ui.js";
import { Problem, api, path, session } from "../../core/api.js";
import { SelectField, TextField } from "../../parts/field.js";
import { FormDialog } from "../../parts/form.js";
import { SettingField, shapeOf, valueOf, written } from "./fields.js";

/** `kind` is one of GET /kinds; `row` the connection that is changed, or nothing for a new one. */
export function ConnectionForm({ workspace, kind, row, taken, onClose, onDone }) {
  const shapes = useMemo(() => shapesOf(kind), [kind]);
  const [name, setName] = useState(row?.name || "main");
  const [texts, setTexts] = useState(() => Object.fromEntries(shapes.settings.map((one) => [one.name, written(one, row?.settings[one.name])])));
  const [secrets, setSecrets] = useState(() => Object.fromEntries(shapes.secrets.map((one) => [one.name, { way: row?.secrets.includes(one.name) ? "keep" : "replace", text: "" }])));
  const [wrong, setWrong] = useState({});
  const there = !row && taken.some((one) => one.kind === kind.kind && one.name === name);
  const refused = session.value.workspace !== null;
  const send = async () => {
    const settings = read(shapes.settings, texts, setWrong);
    await api.put(path`workspaces/${workspace}/connections/${kind.kind}/${name}`, { settings, secrets: sealed(secrets, row) });
    onDone();
  };
  const field = (shape) => html`<${SettingField} key=${shape.name} shape=${shape} value=${texts[shape.name]} error=${wrong[shape.name]} refused=${refused && kind.owners_only.includes(shape.name)}
    onInput=${(text) => setTexts({ ...texts, [shape.name]: text })} />`;
  const first = shapes.settings.filter((one) => one.required);
  const others = shapes.settings.filter((one) => !one.required && !kind.owners_only.includes(one.name));
  const far = shapes.settings.filter((one) => !one.required && kind.owners_only.includes(one.name));
  return html`<${FormDialog} title=${row ? `Edit ${kind.kind}=${row.name}` : `Connect ${kind.kind}`} action=${row ? "Save" : "Connect"} done=${row ? "The connection is changed; workers go on with it soon." : "It is connected; test it now."}
    disabled=${there ? "taken" : ""} send=${send} onClose=${onClose}>
    <p class="soft">${kind.about}</p>
    ${!row && html`<${TextField} label="Name" value=${name} onInput=${setName} required pattern="[a-z0-9][a-z0-9_\\-]{0,62}" autocomplete="off"
      hint="A worker that names no other is given the one that is called main." error=${there ? `${kind.kind}=${name} is there already; edit it, or take another name.` : ""} />`}
    ${first.map(field)}
    ${shapes.secrets.map((shape) => html`<${SecretField} key=${shape.name} shape=${shape} set=${Boolean(row?.secrets.includes(shape.name))} value=${secrets[shape.name]} onInput=${(value) => setSecrets({ ...secrets, [shape.name]: value })} />`)}
    ${others.map(field)}
    ${far.length > 0 && html`<details><summary>Where the host goes</summary><div class="stack"><p class="hint">Settings that lead the host to where workers do not go. They need a token of all workspaces, and a change of one asks for the secrets anew.</p>${far.map(field)}</div></details>`}
    ${!shapes.settings.length && !shapes.secrets.length && html`<p>It needs no settings.</p>`}
  <//>`;
}

function shapesOf(kind) {
  const properties = kind.settings.properties || {};
  const required = new Set(kind.settings.required || []);
  const every = Object.keys(properties).map((name) => shapeOf(name, properties[name], required.has(name)));
  const secret = (one) => kind.secrets.includes(one.name);
  return { settings: every.filter((one) => !secret(one)), secrets: every.filter(secret) };
}

function read(shapes, texts, setWrong) {
  const settings = {};
  const wrong = {};
  for (const shape of shapes) {
    try {
      const value = valueOf(shape, texts[shape.name]);
      if (value !== undefined) settings[shape.name] = value;
    } catch (error) {
      wrong[shape.name] = error.message;
    }
  }
  setWrong(wrong);
  const names = Object.keys(wrong);
  if (names.length) throw new Problem(422, { detail: `${names.join(", ")}: ${wrong[names[0]]}` });
  return settings;
}

function sealed(secrets, row) {
  const found = {};
  for (const [name, { way, text }] of Object.entries(secrets)) {
    if (way === "replace" && text) found[name] = text;
    if (way === "remove" && row) found[name] = null;
  }
  return found;
}

const WAYS = [["keep", "Keep the one that is set"], ["replace", "Replace it"], ["remove", "Take it away"]];

function SecretField({ shape, set, value, onInput }) {
  const ways = shape.required ? WAYS.slice(0, 2) : WAYS;
  return html`<div class="secret-field">
    ${set && html`<${SelectField} label=${`${shape.name} is set`} value=${value.way} options=${ways} onInput=${(way) => onInput({ way, text: "" })} />`}
    ${value.way === "replace" && html`<${TextField} label=${set ? `New ${shape.name}` : shape.name} type="password" autocomplete="new-password" required=${set || shape.required} spellcheck=${false}
      value=${value.text} onInput=${(text) => onInput({ ...value, text })} hint=${`${shape.about ? `${shape.about} ` : ""}It is sealed, and shown to nobody again.${set || shape.required ? "" : " Empty for none."}`} />`}
  </div>`;
}
