// What is shown this once, such as a fresh token, and copying.

import { html, render, useRef, useState } from "../vendor/ui.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";

/** Copy a text; where the browser does not let us, it is selected in `field`, to be copied by hand. */
export async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text); // there is none where a page comes over a network in the clear
  } catch {
    if (!field) throw new Error("The browser does not let a page copy here.");
    field.select();
    if (!document.execCommand("copy")) throw new Error("The browser does not let a page copy here; it is selected, press Ctrl-C.");
  }
}

/** A button that does so; `from` is a ref of the field. */
function Copy({ text, label = "Copy", from }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text, from.current);
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return html`<${Button} icon=${done ? "check" : "copy"} onClick=${copy}>${done ? "Copied" : label}<//>`;
}

/** A text to be copied, in a field of its own. */
export function Secret({ label, text }) {
  const field = useRef(null);
  return html`<div class="row once"><input class="mono grow" readonly aria-label=${label} value=${text} ref=${field} onFocus=${(event) => event.currentTarget.select()} />
    <${Copy} text=${text} from=${field} /></div>`;
}

/** Show a secret this once; resolves when it is closed. The first Escape only warns. */
export function showOnce({ title, text, secret, label }) {
  return new Promise((resolve) => {
    const place = document.createElement("div");
    document.body.append(place);
    const end = () => { render(null, place); place.remove(); resolve(); };
    render(html`<${Once} title=${title} text=${text} secret=${secret} label=${label} onClose=${end} />`, place);
  });
}

function Once({ title, text, secret, label, onClose }) {
  const [kept, setKept] = useState(false);
  return html`<${Dialog} title=${title} onClose=${() => (kept ? onClose() : setKept(true))}
    actions=${html`<${Button} kind="primary" onClick=${onClose}>I have kept it<//>`}>
    <div class="stack"><p>${text}</p>
      <${Secret} label=${label} text=${secret} />
      ${kept && html`<p class="error" role="alert">It is not shown again. Close once more to leave it.</p>`}
    </div><//>`;
}
