// Making or changing a rule. What signs the alerts of a webhook is shown this once.

import { html, useId, useState } from "../../vendor/ui.js";
import { Problem, all, api, path } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { CheckField, SelectField, TextField } from "../../parts/field.js";
import { FormDialog } from "../../parts/form.js";
import { showOnce } from "../../parts/once.js";
import { toast } from "../../parts/toast.js";

/** What each occasion means; see docs/alerts.md. */
export const OCCASIONS = {
  paused: "A worker was paused: too many of its ticks or starts in a row failed.",
  recovered: "A worker runs again after it was paused so, or quarantined.",
  quarantined: "A worker did what only hostile code does.",
  late: "Ticks in a row began late.",
  disk: "The server's disk is nearly full, and when it has room again.",
};
const CHANNELS = [["telegram", "Telegram bot"], ["webhook", "Webhook (signed POST)"], ["log", "Log of the service and the worker"]];

/** `row` is the rule that is changed, or nothing for a new one. */
export function RuleForm({ workspace, row, onClose, onDone }) {
  const settings = row?.settings || {};
  const [bots] = useLoad(async () => (await all(path`workspaces/${workspace}/connections`)).filter((one) => one.kind === "telegram").map((one) => one.name), [workspace]);
  const [values, setValues] = useState({
    name: row?.name || "", on: row?.on || ["paused", "recovered", "quarantined"], workers: (row?.workers || []).join(", "),
    channel: row?.channel || "telegram", bot: row?.channel === "telegram" ? row.target : "", url: row?.channel === "webhook" ? row.target : "",
    chat: settings.chat_id ?? "", repeat_s: settings.repeat_s ?? 3600, late_s: settings.late_s ?? 5, late_ticks: settings.late_ticks ?? 3,
  });
  const set = (name) => (value) => setValues({ ...values, [name]: value });
  const bot = values.bot || (bots?.includes("main") ? "main" : bots?.[0]) || "";
  const send = async () => {
    const body = bodyOf(values, bot);
    if (row) {
      const { channel, ...changed } = body;
      await api.patch(path`workspaces/${workspace}/alerts/${row.id}`, { ...changed, target: channel === "log" ? undefined : body.target });
      toast("The rule is changed.");
    } else {
      const made = await api.post(path`workspaces/${workspace}/alerts`, body);
      if (made.secret) {
        showOnce({ title: "What signs the alerts", label: "Secret", secret: made.secret,
          text: `Give this to the receiver of ${made.name}, which checks the header X-Cellblock-Signature with it. It is shown this once.` });
      } else toast("The rule is made; test it now.");
    }
    onDone();
  };
  const toggle = (one) => (on) => setValues({ ...values, on: Object.keys(OCCASIONS).filter((each) => (each === one ? on : values.on.includes(each))) });
  return html`<${FormDialog} title=${row ? `Edit the rule ${row.name}` : "New rule"} action=${row ? "Save" : "Make the rule"} disabled=${values.on.length ? "" : "nothing is told of"} send=${send} onClose=${onClose}>
    <${TextField} label="Name" value=${values.name} onInput=${set("name")} required pattern="[a-z0-9][a-z0-9_\\-]{0,62}" autocomplete="off" hint="Small letters, digits, _ and -; such as ops." />
    <fieldset><legend>Tell when</legend>${Object.entries(OCCASIONS).map(([one, text]) => html`<${CheckField} key=${one} label=${one} hint=${text} value=${values.on.includes(one)} onInput=${toggle(one)} />`)}</fieldset>
    <${Workers} workspace=${workspace} value=${values.workers} onInput=${set("workers")} />
    ${row ? html`<p class="soft">Told by ${row.channel}.</p>` : html`<${SelectField} label="By" value=${values.channel} options=${CHANNELS} onInput=${set("channel")} />`}
    ${values.channel === "telegram" && html`<${Telegram} bots=${bots} bot=${bot} values=${values} set=${set} />`}
    ${values.channel === "webhook" && html`<${TextField} label="Address" type="url" value=${values.url} onInput=${set("url")} required placeholder="https://ops.example/cellblock" hint="Public addresses only. Each POST is signed with a secret that is shown when the rule is made." />`}
    <div class="pair"><${TextField} label="Same again after (s)" inputmode="decimal" value=${values.repeat_s} onInput=${set("repeat_s")} hint="60 at the least." />
      ${values.on.includes("late") && html`<${TextField} label="Late above (s)" inputmode="decimal" value=${values.late_s} onInput=${set("late_s")} hint="1 at the least." />
        <${TextField} label="So many in a row" inputmode="numeric" value=${values.late_ticks} onInput=${set("late_ticks")} />`}</div>
  <//>`;
}

function Telegram({ bots, bot, values, set }) {
  if (bots && !bots.length) return html`<p class="error" role="alert">This workspace has no telegram connection. Connect a bot first, under Connections.</p>`;
  return html`<div class="pair"><${SelectField} label="Bot" value=${bot} options=${bots || [bot]} onInput=${set("bot")} />
    <${TextField} label="Chat" value=${values.chat} onInput=${set("chat")} autocomplete="off" hint="A number, or @name; empty for the one of the connection." /></div>`;
}

function Workers({ workspace, value, onInput }) {
  const [names] = useLoad(async () => (await all(path`workspaces/${workspace}/workers`, {}, 500)).map((one) => one.name), [workspace]);
  const list = useId();
  const before = value.replace(/[^,\s]*$/, "");
  return html`<${TextField} label="Workers" value=${value} onInput=${onInput} list=${list} autocomplete="off" placeholder="all" hint="Names with a comma between them; empty for all." />
    <datalist id=${list}>${(names || []).slice(0, 200).map((name) => html`<option key=${name} value=${before + name}></option>`)}</datalist>`;
}

function numberOf(text, name) {
  const number = Number(String(text).trim());
  if (!Number.isFinite(number) || String(text).trim() === "") throw new Problem(422, { detail: `${name}: write a number` });
  return number;
}

function bodyOf(values, bot) {
  const settings = { repeat_s: numberOf(values.repeat_s, "Same again after") };
  if (values.on.includes("late")) {
    settings.late_s = numberOf(values.late_s, "Late above");
    settings.late_ticks = numberOf(values.late_ticks, "So many in a row");
  }
  if (values.channel === "telegram") {
    const chat = String(values.chat).trim();
    settings.chat_id = /^-?\d{1,15}$/.test(chat) ? Number(chat) : chat || null;
  }
  return {
    name: values.name, on: values.on, workers: values.workers.split(/[\s,]+/).filter(Boolean), channel: values.channel, settings,
    target: values.channel === "telegram" ? bot : values.channel === "webhook" ? values.url.trim() : "",
  };
}
