// Settings as a form has them, and back: which of them were changed, and what is wrong.

import { faults } from "../../core/json.js";
import { wrongInterval } from "./schedule.js";

const CONFIG_BYTES = 256_000;
/** Limits: [name, label, hint, factor between what is typed and what is sent, step]. */
export const LIMITS = [
  ["tick_timeout_s", "Time for a tick, seconds", "Then TickTimeoutError is raised in it. Up to 3600.", 1, "any"],
  ["error_timeout_s", "Time for on_error, seconds", "Up to 3600.", 1, "any"],
  ["memory_bytes", "Memory, MB", "From 16 MB.", 1e6, "any"],
  ["max_errors", "Errors in a row", "So many ticks or starts fail, and it is paused.", 1, "1"],
  ["ctx_calls_per_tick", "Calls of ctx in a tick", "More are refused.", 1, "1"],
];

/** Settings (SettingsView) as texts of a form. */
export function formOf(settings) {
  const limits = Object.fromEntries(LIMITS.map(([name, , , factor]) => [name, settings.limits[name] === null ? "" : String(settings.limits[name] / factor)]));
  return {
    by: settings.cron === null ? "interval" : "cron",
    interval: String(settings.interval_s ?? 5),
    cron: settings.cron ?? "",
    timezone: settings.timezone,
    config: JSON.stringify(settings.config, null, 2),
    connect: settings.connect,
    limits,
  };
}

/** Read the text of a config: {value} or {message, line}. */
function readConfig(text) {
  const [fault] = faults(text || "{}");
  if (fault) return { message: `It is no JSON: ${fault.message}`, line: fault.line };
  const value = JSON.parse(text || "{}");
  if (value === null || typeof value !== "object" || Array.isArray(value)) return { message: "It must be an object: { … }.", line: 1 };
  if (new TextEncoder().encode(text).length > CONFIG_BYTES) return { message: "It is longer than 256 KB.", line: 1 };
  if (isRounded(value)) return { message: "It has a whole number beyond 2⁵³, which a browser rounds. Set it by: cellblock set.", line: 1 };
  return { value };
}

function isRounded(value) {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
  return value !== null && typeof value === "object" && Object.values(value).some(isRounded);
}

/** What is wrong, by field; {} if nothing is. */
export function wrongIn(form, before) {
  const wrong = {};
  if (form.by === "interval" && wrongInterval(form.interval)) wrong.interval = wrongInterval(form.interval);
  if (form.by === "cron" && !form.cron.trim()) wrong.cron = "Write a cron line.";
  const config = form.config === before.config ? {} : readConfig(form.config);
  if (config.message) wrong.config = config;
  for (const [name] of LIMITS) {
    const text = form.limits[name];
    if (text !== "" && !(Number(text) > 0)) wrong[name] = "Write a number, or nothing.";
  }
  return wrong;
}

/** What was changed of settings that were `before` (a form, too), as PATCH takes it. */
export function changesOf(form, before) {
  const changes = {};
  if (form.by === "interval" && (before.by !== "interval" || form.interval !== before.interval)) changes.interval_s = Number(form.interval);
  if (form.by === "cron" && (before.by !== "cron" || form.cron !== before.cron)) changes.cron = form.cron;
  if (form.by === "cron" && form.timezone !== before.timezone) changes.timezone = form.timezone || null;
  if (form.config !== before.config) changes.config = readConfig(form.config).value;
  if (JSON.stringify(form.connect) !== JSON.stringify(before.connect)) changes.connect = form.connect;
  const limits = LIMITS.filter(([name]) => form.limits[name] !== before.limits[name]).map(([name, , , factor]) => {
    const text = form.limits[name];
    return [name, text === "" ? null : factor === 1 ? Number(text) : Math.round(Number(text) * factor)];
  });
  if (limits.length) changes.limits = Object.fromEntries(limits);
  return changes;
}

const BY_SLUG = { "bad-interval": "interval", "bad-cron": "cron", "bad-timezone": "timezone", "no-connection": "connect", "no-kind": "connect" };
const BY_NAME = { interval_s: "interval", cron: "cron", timezone: "timezone", connect: "connect" };

/** The fields that a refusal of the service is about: {field: text}; {} if it names none. */
export function blamed(problem) {
  const found = {};
  for (const { where = "", message } of problem.errors) {
    const name = where.replace(/^body\.settings\.(limits\.)?/, "").split(".")[0];
    if (name === "config") found.config = { message, line: 1 };
    else if (BY_NAME[name] || LIMITS.some(([one]) => one === name)) found[BY_NAME[name] || name] = message;
  }
  if (BY_SLUG[problem.slug]) found[BY_SLUG[problem.slug]] = [problem.message, problem.hint].filter(Boolean).join("; ");
  if (problem.slug === "bad-limit") {
    const name = LIMITS.map(([one]) => one).find((one) => problem.message.startsWith(one)) || "memory_bytes";
    found[name] = [problem.message, problem.hint].filter(Boolean).join("; ");
  }
  return found;
}
