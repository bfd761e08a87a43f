// What is shown this once, such as a fresh token, and copying.

import { html, render, useRef, useState } from "../vendor/ui.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";

/** Copies a text; where the browser does not let us, it is selected, to be copied by hand. */
export function Copy({ text, label = "Copy", from }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      from?.current?.select();
      if (!document.execCommand("copy")) throw new Error("The browser does not let a page copy here; it is selected, press Ctrl-C.");
    }
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return html`<${Button} icon=${done ? "check" : "copy"} onClick=${copy}>${done ? "Copied" : label}<//>`;
}

/** Show a secret this once; resolves when it is closed. Escape does not close it. */
export function showOnce({ title, text, secret, label }) {
  return new Promise((resolve) => {
    const place = document.createElement("div");
    document.body.append(place);
    const end = () => { render(null, place); place.remove(); resolve(); };
    render(html`<${Once} title=${title} text=${text} secret=${secret} label=${label} onClose=${end} />`, place);
  });
}

function Once({ title, text, secret, label, onClose }) {
  const field = useRef(null);
  const [kept, setKept] = useState(false);
  return html`<${Dialog} title=${title} onClose=${() => (kept ? onClose() : setKept(true))}
    actions=${html`<${Button} kind="primary" onClick=${onClose}>I have kept it<//>`}>
    <div class="stack"><p>${text}</p>
      <div class="row once"><input class="mono grow" readonly aria-label=${label} value=${secret} ref=${field} onFocus=${(event) => event.currentTarget.select()} />
        <${Copy} text=${secret} from=${field} /></div>
      ${kept && html`<p class="error" role="alert">It is not shown again. Close once more to leave it.</p>`}
    </div><//>`;
}
