// What a new worker may begin with: an example, nothing, or a file of the person.

import { html, useRef } from "../../vendor/ui.js";
import { bytes } from "../../core/format.js";
import { Icon } from "../../parts/icon.js";

const SOURCE_BYTES = 1_000_000;
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const EMPTY = {
  name: "worker", title: "Empty", about: "A function tick and nothing else: all of it is yours.", needs: [],
  source: "def tick(ctx):\n    ctx.log.info(\"tick\")\n", settings: { interval_s: 5 },
};

/** What is wrong with a name, or "". `taken` has the names that are there: a Map to what is wanted of each. */
export function wrongName(name, taken) {
  if (!name) return "Write a name.";
  if (!NAME.test(name)) return "1 to 63 of a-z, 0-9, _ and -; the first is a letter or a digit.";
  if (taken?.get(name) === "deleted") return "A worker of this name was deleted and can be restored until tomorrow; take another one.";
  return taken?.has(name) ? "There is a worker of this name already." : "";
}

/** A name that is free, from one that may be taken, or may be no name. */
export function freeName(wish, taken) {
  const base = wish.toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+/, "").slice(0, 58) || "worker";
  if (!taken?.has(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

/** Read a file of the person as something to begin with. Throws if it is no Python text. */
export async function readFile(file) {
  if (!file.name.toLowerCase().endsWith(".py")) throw new Error(`${file.name} is no Python file: its name does not end in .py.`);
  if (file.size > SOURCE_BYTES) throw new Error(`${file.name} has ${bytes(file.size)}; a source has at most ${bytes(SOURCE_BYTES)}.`);
  let source;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is no UTF-8 text.`);
  }
  return { ...EMPTY, name: file.name.slice(0, -3), title: file.name, file: true, source: source.replace(/\r\n?/g, "\n") };
}

/** The cards. `chosen` is one of `examples`, EMPTY or a file; `onChoose(one)`, `onFile(File)`. */
export function Cards({ examples, chosen, onChoose, onFile }) {
  const input = useRef(null);
  const card = (one, icon) => html`<button key=${one.title} type="button" class="begin-card" aria-pressed=${chosen === one} onClick=${() => chosen === one || onChoose(one)}>
    <b>${icon && html`<${Icon} name=${icon} />`}${one.title}</b><span>${one.about}</span></button>`;
  const open = (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = ""; // so that the same one can be opened again
    if (file) onFile(file);
  };
  return html`<section class="stack" aria-labelledby="begin-with"><h2 id="begin-with">Begin with</h2>
    <div class="begin-cards">
      ${examples.map((one) => card(one))}
      ${card(EMPTY, "plus")}
      <button type="button" class="begin-card" aria-pressed=${Boolean(chosen.file)} onClick=${() => input.current.click()}>
        <b><${Icon} name="upload" /><bdi>${chosen.file ? chosen.title : "A file of yours"}</bdi></b><span>Open a .py file, or drop it anywhere on this page.</span></button>
      <input type="file" accept=".py,text/x-python" hidden ref=${input} onChange=${open} aria-label="A Python file" />
    </div></section>`;
}
