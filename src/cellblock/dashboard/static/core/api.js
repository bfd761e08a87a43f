// The HTTP API. In: a path and JSON. Out: JSON, or a Problem that says what to do.
// The session is a cookie that no script can read; each change carries the session's CSRF word.

import { signal } from "../vendor/ui.js";

const NOWHERE = "%dots"; // no value is encoded so
const ROOT = new URL("api/v1/", document.baseURI);

/** Time for an answer to what the page asks by itself. */
export const PATIENCE_MS = 30_000;

/** Why a request is aborted that has no answer in its time; it is told as a service that is not there. */
export const tooLate = () => new DOMException("no answer in time", "TimeoutError");

/** Who is logged in: undefined while it is not known yet, null for nobody. */
export const session = signal(undefined);

/** Whether the last request found the service; false shows the banner. */
export const online = signal(true);

/** An answer that is a problem document (RFC 9457), or none at all: slug "offline". */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `the service answered ${status}`);
    this.status = status;
    this.slug = body.slug || "";
    this.hint = body.hint || "";
    this.errors = body.errors || [];
  }
}

/**
 * Write a path, each value percent-encoded: path`workspaces/${w}/workers/${n}`. Of a value of dots alone
 * every browser would make another address, also where it is encoded; its request is refused here.
 */
export function path(parts, ...values) {
  return parts.reduce((whole, part, n) => whole + (/^\.\.?$/.test(values[n - 1]) ? NOWHERE : encodeURIComponent(values[n - 1])) + part);
}

/** Ask, and give the Response. `body` is sent as JSON, a Blob as it is. Throws Problem. */
export async function request(method, where, { query, body, headers = {}, signal: abort, quiet } = {}) {
  if (where.includes(NOWHERE)) throw new Problem(400, { detail: "no browser can ask for a name of dots alone" });
  const url = new URL(where, ROOT);
  for (const [name, value] of Object.entries(query || {})) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  const sent = { ...headers };
  if (method !== "GET" && session.value) sent["X-CSRF-Token"] = session.value.csrf;
  const asker = session.peek();
  const raw = body instanceof Blob;
  if (body !== undefined) sent["Content-Type"] = raw ? "application/octet-stream" : "application/json";
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: sent,
      body: body === undefined || raw ? body : JSON.stringify(body),
      credentials: "same-origin",
      signal: abort,
    });
  } catch (error) {
    if (abort?.aborted && abort.reason?.name !== "TimeoutError") throw error;
    online.value = false;
    throw new Problem(0, { slug: "offline", detail: "the service cannot be reached", hint: "it is asked again by itself" });
  }
  online.value = true;
  if (response.ok) return response;
  const problem = new Problem(response.status, await readJson(response));
  // Of a session that is over: the person may have logged in anew before this answer came.
  if (response.status === 401 && !quiet && session.peek() === asker) session.value = null;
  // Another tab logged in anew: from here on this one speaks as that session, and shows so.
  if (problem.slug === "csrf") await restore().catch(() => {});
  throw problem;
}

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

async function ask(method, where, options) {
  const response = await request(method, where, options);
  return response.status === 204 || response.status === 202 && !response.headers.get("content-type") ? null : response.json();
}

export const api = {
  get: (where, query, options) => ask("GET", where, { query, ...options }),
  post: (where, body, options) => ask("POST", where, { body, ...options }),
  put: (where, body, options) => ask("PUT", where, { body, ...options }),
  patch: (where, body, options) => ask("PATCH", where, { body, ...options }),
  del: (where, options) => ask("DELETE", where, options),
};

/** Read all pages of a list, up to `most` items. */
export async function all(where, query = {}, most = 5000) {
  const items = [];
  let cursor;
  do {
    const page = await api.get(where, { limit: 500, ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < most);
  return items;
}

/** Save an answer as a file of the person. */
export async function download(where, name, query) {
  const response = await request("GET", where, { query });
  save(await response.blob(), name);
}

/** Save a Blob as a file of the person. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  link.download = name.split("/").pop();
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Find out who is logged in. */
export async function restore() {
  try {
    session.value = await api.get("session", {}, { quiet: true, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    session.value = null;
  }
}

/** Log in with {token}, {user, password} or {ticket}. Throws Problem. */
export async function login(proof) {
  session.value = await api.post("session", proof, { quiet: true });
}

/** Log out here and at the service. */
export async function logout() {
  await api.del("session");
  session.value = null;
}

const RANK = { viewer: 0, operator: 1, admin: 2 };

/** Tell whether the person has a role, for what to show; the service decides anyway. */
export const may = (role) => Boolean(session.value) && RANK[session.value.role] >= RANK[role];

/** Tell whether the person administers all workspaces. */
export const owns = () => may("admin") && session.value.workspace === null;
