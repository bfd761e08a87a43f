// Changing a worker upon what was read of it, while others may change it too.

import { api, path } from "../../core/api.js";

/** A change was made upon version `base`, and another is wanted by now. */
export class Overtaken extends Error {}

/**
 * Send a change that was made upon version `base`. What others did beside, such as a stop, does not
 * hinder it; another version does. `send(headers)` sends it. Throws Overtaken.
 */
export async function upon(live, base, send) {
  for (let turn = 0; ; turn += 1) {
    const worker = live.worker.value;
    if (worker.version.number !== base) throw new Overtaken();
    try {
      return await send({ headers: { "If-Match": `"${worker.revision}"` } });
    } catch (problem) {
      if (problem.slug !== "conflict" || turn === 3) throw problem;
      live.take(await api.get(live.path));
    }
  }
}

/** Read a version: its source and settings. Its number may be any text that an address had. */
export const readVersion = (live, number) => api.get(`${live.path}${path`/versions/${number}`}`);
