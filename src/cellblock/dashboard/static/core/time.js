// Times in the viewer's zone; UTC on hover. One clock a page, which beats once a second.

import { html, signal } from "../vendor/ui.js";

/** Seconds since 1970, true to the second, as the service's clock has it. */
export const now = signal(Date.now() / 1000);
let ahead = 0;
setInterval(() => { if (!document.hidden) now.value = Date.now() / 1000 + ahead; }, 1000);

/** Hear the service's time, so that "3 s ago" holds where the viewer's clock is wrong. */
export function heard(at) {
  const found = at - Date.now() / 1000;
  if (Math.abs(found - ahead) > 2) ahead = Math.abs(found) > 2 ? found : 0;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const whole = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

export const dayOf = (at) => day.format(at * 1000);
export const minuteOf = (at) => minute.format(at * 1000);
export const clockOf = (at) => clock.format(at * 1000);
export const wholeOf = (at) => whole.format(at * 1000);
export const utcOf = (at) => `${new Date(at * 1000).toISOString().replace("T", " ").replace("Z", "")} UTC`;

/** Whether it is of the viewer's day of now. */
export const isToday = (at) => new Date(at * 1000).toDateString() === new Date().toDateString();

function apart(s) {
  if (s < 1.5) return "1 s";
  if (s < 99.5) return `${Math.round(s)} s`;
  if (s < 5_400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** "3 s ago", "in 2 min". */
function relative(at) {
  const s = now.value - at;
  if (Math.abs(s) < 0.9) return "now";
  return s > 0 ? `${apart(s)} ago` : `in ${apart(-s)}`;
}

/** A moment: form "relative" (beats), "clock" or "whole". */
export function Time({ at, form = "relative" }) {
  if (at === null || at === undefined) return html`<span class="faint">–</span>`;
  const text = form === "relative" ? relative(at) : form === "clock" ? clockOf(at) : wholeOf(at);
  // Written when somebody points at it: most of the times of a table nobody ever does.
  const tell = (event) => { event.currentTarget.title = `${wholeOf(at)}\n${utcOf(at)}`; };
  return html`<time datetime=${new Date(at * 1000).toISOString()} onPointerEnter=${tell} onMouseMove=${tell}>${text}</time>`;
}
