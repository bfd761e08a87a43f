// When a worker ticks: an interval, or a cron line in a zone; and when that is next.

import { html, useEffect, useId, useState } from "../../vendor/ui.js";
import { api } from "../../core/api.js";
import { Time } from "../../core/time.js";
import { Field, TextField } from "../../parts/field.js";

const WAIT_MS = 400;
const SLOTS = 5;
const INTERVAL_S = [1, 3600];
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What is wrong with an interval as it was typed, or "". */
export function wrongInterval(text) {
  const s = Number(text);
  if (!text.trim() || !Number.isFinite(s)) return "Write a number of seconds.";
  return s < INTERVAL_S[0] || s > INTERVAL_S[1] ? "From 1 to 3600 seconds; for less often, take a cron line." : "";
}

/** `form` is {by, interval, cron, timezone}; `set(changes)`; `errors` by field; `nextAt` is the next tick as it is set now. */
export function Schedule({ form, set, errors, nextAt, disabled }) {
  const zones = useId();
  const way = (by, text) => html`<button type="button" class=${form.by === by ? "on" : ""} aria-pressed=${form.by === by} disabled=${disabled} onClick=${() => set({ by })}>${text}</button>`;
  return html`<section class="card stack"><h2>Schedule</h2>
    <div class="choice" role="group" aria-label="How it is scheduled">${way("interval", "Interval")}${way("cron", "Cron line")}</div>
    ${form.by === "interval"
      ? html`<${TextField} label="Seconds between ticks" hint="From 1 to 3600. Slots lie on a fixed grid: a tick that takes longer passes slots over." type="number" inputmode="decimal" min="1" max="3600" step="any"
          value=${form.interval} onInput=${(interval) => set({ interval })} error=${errors.interval} />
        ${nextAt !== null && !errors.interval && html`<${Slots} slots=${Array.from({ length: SLOTS }, (_, n) => nextAt + n * Number(form.interval))} zone=${HERE} />`}`
      : html`<${TextField} label="Cron line" hint="Minute, hour, day, month, weekday: */5 * * * * is every five minutes, 30 9 * * MON-FRI half past nine on workdays." class="mono" spellcheck=${false} maxlength="500"
          value=${form.cron} onInput=${(cron) => set({ cron })} error=${errors.cron} />
        <${Field} label="Time zone" hint="An IANA name, such as Europe/Berlin; summer time is heeded." error=${errors.timezone}>
          ${(given) => html`<input list=${zones} value=${form.timezone} maxlength="100" onInput=${(event) => set({ timezone: event.currentTarget.value })} ...${given} />`}<//>
        <datalist id=${zones}>${["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => html`<option key=${zone} value=${zone}></option>`)}</datalist>
        <${Coming} cron=${form.cron} zone=${form.timezone || "UTC"} />`}
  </section>`;
}

/** The next slots of a cron line, as the service's own calendar has them. */
function Coming({ cron, zone }) {
  const [state, setState] = useState({});
  useEffect(() => {
    if (!cron.trim()) { setState({}); return undefined; }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const told = await api.get("slots", { cron, timezone: zone }, { signal: abort.signal });
        setState({ slots: told.slots });
      } catch (problem) {
        if (!abort.signal.aborted) setState({ problem });
      }
    }, WAIT_MS);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [cron, zone]);
  if (state.problem) return html`<p class="error" role="status">${state.problem.message}${state.problem.hint ? `; ${state.problem.hint}` : ""}</p>`;
  if (!state.slots) return null;
  return state.slots.length ? html`<${Slots} slots=${state.slots} zone=${zone} />` : html`<p class="warn" role="status">It comes due no more.</p>`;
}

function Slots({ slots, zone }) {
  const there = zone !== HERE && formatIn(zone);
  return html`<div class="slots"><p class="soft">The next ticks:</p>
    <ol aria-label="The next ticks">${slots.map((at) => html`<li key=${at}><${Time} at=${at} form="whole" />${there && html` <span class="faint">${there(at)} in ${zone}</span>`}</li>`)}</ol></div>`;
}

function formatIn(zone) {
  try {
    const format = new Intl.DateTimeFormat(undefined, { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return (at) => format.format(at * 1000);
  } catch {
    return null; // a zone that the service knows and the browser does not
  }
}
