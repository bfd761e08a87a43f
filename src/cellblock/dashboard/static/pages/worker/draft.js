// Sources that are not deployed yet: they outlive a switch of the tab and a reload, not the browser's tab.

import { signal } from "../../vendor/ui.js";
import { session } from "../../core/api.js";

const PREFIX = "draft:";

/** The keys of the drafts that there are. */
export const drafts = signal(new Set(keys()));

function keys() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

/** The key of a worker's draft; a draft is that of the person who wrote it. */
export const draftKey = (workspace, name) => `${PREFIX}${session.value?.name}:${workspace}/${name}`;

/** Give {base: number of the version, text, note}, or null. */
export function readDraft(key) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key));
    return typeof found?.text === "string" && Number.isInteger(found.base) ? found : null;
  } catch {
    return null;
  }
}

/** Keep a draft; null forgets it. */
export function keepDraft(key, draft) {
  const next = new Set(drafts.value);
  try {
    if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
  } catch {
    // too large for what the browser keeps: it lives as long as the page then
  }
  if (draft) next.add(key); else next.delete(key);
  if (next.size !== drafts.value.size) drafts.value = next;
}

addEventListener("beforeunload", (event) => { if (drafts.value.size) event.preventDefault(); });
