// Numbers and texts as people read them. Texts of workers are hostile: what cannot be seen, or
// turns the text around it, is written out.

const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

// Small whole numbers are most of them, and need no rules of a language.
export const count = (n) => (Number.isInteger(n) && n >= 0 && n < 1000 ? String(n) : plain.format(n));

/** Bytes with a decimal unit: 1.2 MB. */
export function bytes(n) {
  if (n === null || n === undefined) return "–";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (Math.abs(n) >= 1000 && unit < units.length - 1) { n /= 1000; unit += 1; }
  return `${unit && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[unit]}`;
}

/** A duration: 0.4 ms, 120 ms, 3.2 s, 4 min, 2 h, 3 days. */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  const size = Math.abs(ms);
  if (size < 10) return `${ms.toFixed(1)} ms`;
  if (size < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (size < 60_000) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  if (size < 5_400_000) return `${Math.round(s / 60)} min`;
  if (size < 172_800_000) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** How a worker is run: "every 5 s", or the cron line. */
export function schedule(settings) {
  if (settings.cron) return settings.timezone ? `${settings.cron} (${settings.timezone})` : settings.cron;
  const s = settings.interval_s;
  if (!s) return "–";
  return s < 90 ? `every ${count(s)} s` : `every ${count(s / 60)} min`;
}

/** "1 worker", "3 workers". */
export const many = (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

// C0 but tab and line feed, DEL, C1, and whatever turns or hides text: directional marks and
// isolates, zero-width characters, fillers and blanks that look like nothing, the BOM, interlinear
// and musical marks, tags. And of marks that pile up on one letter all after the fourth: they
// would lie over the lines above and below.
const UNSEEN = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb]"
  + "|[\\u{1d173}-\\u{1d17a}]|[\\u{e0000}-\\u{e0fff}]|[\\ud800-\\udfff]|(?<=\\p{M}{4})\\p{M}", "gu");

/** Give a hostile text so that all of it can be seen, cut to `most` characters. */
export function visible(text, most = 10_000) {
  const whole = String(text);
  const seen = whole.slice(0, most).replace(UNSEEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
  return whole.length > most ? `${seen} … (${count(whole.length - most)} more characters)` : seen;
}

// What a name may hold beside its words and looks like nothing, or like one blank.
const BLANK = /[\t\n]|(?! )\p{Zs}|^ | $|(?<= ) /gu;

/** A hostile name, in which also each blank can be told from none and from another. */
export const exact = (text, most) => visible(text, most).replace(BLANK, (blank) => `\\u{${blank.codePointAt(0).toString(16)}}`);
