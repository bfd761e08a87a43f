// Where the person is: the fragment of the address, "#/w/default/workers/hello/log?level=warn".
// A fragment is sent to no server and stands in no log.

import { html, signal } from "../vendor/ui.js";

function read() {
  const [where, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = where.split("/").filter(Boolean).map(decoded);
  return { parts, query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** {parts: ["w", "default", …], query: URLSearchParams} */
export const route = signal(read());
addEventListener("hashchange", () => { route.value = read(); });

/** Write an address: href("w", workspace, "workers"), or with an object of its query last. */
export function href(...parts) {
  const query = typeof parts.at(-1) === "object" ? parts.pop() : {};
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(pairs).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** Go there. */
export function go(...parts) {
  location.hash = href(...parts);
}

/** Change the query of the address without a new step in the history. */
export function setQuery(changes) {
  const query = Object.fromEntries(route.value.query);
  history.replaceState(null, "", href(...route.value.parts, { ...query, ...changes }));
  route.value = read();
}

/** A link inside the dashboard: <${Link} to=${["w", name, "files"]}>Files<//> */
export function Link({ to, children, ...rest }) {
  return html`<a href=${href(...to)} ...${rest}>${children}</a>`;
}
