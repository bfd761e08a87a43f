// Questions before the page: the browser's own dialog, so focus and Escape are the browser's.

import { html, render, useEffect, useRef, useState } from "../vendor/ui.js";
import { Button } from "./button.js";

// Counted here, for a question is drawn apart from the page, where useId begins anew.
let dialogs = 0;

/** A dialog that is open as long as it is drawn. `onClose` is called by Escape and the cross. */
export function Dialog({ title, onClose, wide, children, actions }) {
  const element = useRef(null);
  const [id] = useState(() => `dialog-${++dialogs}`);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus(); // by keyboard one goes on where one was
    };
  }, []);
  return html`<dialog ref=${element} class=${wide ? "wide" : ""} aria-labelledby=${id}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <header><h2 id=${id}>${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></header>
    <div class="dialog-body">${children}</div>
    ${actions && html`<footer>${actions}</footer>`}
  </dialog>`;
}

/** Ask: resolves to true or false. `action` is the word on the button. */
export function confirm({ title, text, action = "Yes", danger = false }) {
  return new Promise((resolve) => {
    const place = document.createElement("div");
    document.body.append(place);
    const end = (answer) => { render(null, place); place.remove(); resolve(answer); };
    render(html`<${Dialog} title=${title} onClose=${() => end(false)} actions=${html`
      <${Button} onClick=${() => end(false)}>Cancel<//>
      <${Button} kind=${danger ? "danger" : "primary"} autofocus onClick=${() => end(true)}>${action}<//>`}>
      <p>${text}</p><//>`, place);
  });
}
