// The workspaces that the person sees, and the one that is looked at.

import { computed, signal } from "../vendor/ui.js";
import { all, session } from "./api.js";
import { route } from "./router.js";

/** Names, in order; undefined until they are known. */
export const workspaces = signal(undefined);

/** Read them (again). What another person sees, who logged out meanwhile, comes to nothing. */
export async function readWorkspaces() {
  const who = session.peek()?.name;
  const found = (await all("workspaces")).map((one) => one.name);
  if (session.peek()?.name === who) workspaces.value = found;
}

/** The one of the address, else the person's own, else the first; null while none is known. */
export const workspace = computed(() => {
  const { parts } = route.value;
  if (parts[0] === "w" && parts[1]) return parts[1];
  return session.value?.workspace || remembered() || workspaces.value?.[0] || null;
});

function remembered() {
  try {
    const name = localStorage.getItem("workspace");
    return workspaces.value?.includes(name) ? name : null;
  } catch {
    return null;
  }
}

/** Remember the one that was looked at last. */
export function remember(name) {
  try {
    localStorage.setItem("workspace", name);
  } catch {
    // then the first is shown next time
  }
}
