// A form in a dialog: it is sent by Enter or its button, and says in itself what was wrong.

import { html, useEffect, useId, useRef, useState } from "../vendor/ui.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { complain, toast } from "./toast.js";

/**
 * `send` is async; when it ended well the dialog closes and `done` is said, unless it gave false.
 * `disabled` says why it cannot be sent yet, or nothing.
 */
export function FormDialog({ title, action = "Save", danger, disabled, send, done, onClose, wide, children }) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const here = useRef(true);
  useEffect(() => {
    // A dialog gives its cross the focus; whoever opens a form is there to write.
    document.getElementById(id)?.querySelector("input:not(:disabled), select, textarea")?.focus();
    return () => { here.current = false; };
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (busy || disabled) return;
    setBusy(true);
    setProblem(null);
    try {
      if (await send() === false) return;
      if (done) toast(done);
      if (here.current) onClose(); // else another one may be open by now
    } catch (error) {
      if (here.current) setProblem(error); else complain(error);
    } finally {
      if (here.current) setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} wide=${wide} onClose=${onClose} actions=${html`
    <${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind=${danger ? "danger" : "primary"} type="submit" form=${id} disabled=${Boolean(disabled)} aria-busy=${busy}>${action}<//>`}>
    <form id=${id} class="form" onSubmit=${submit}>${children}<${Refusal} problem=${problem} /></form>
  <//>`;
}

/** What a service says against what was sent. */
function Refusal({ problem }) {
  if (!problem) return null;
  return html`<div class="refusal" role="alert"><p class="error">${problem.message}</p>
    ${problem.errors?.slice(0, 8).map((one) => html`<p class="hint" key=${one.where + one.message}>${[one.where, one.message].filter(Boolean).join(": ")}</p>`)}
    ${problem.hint && html`<p class="hint">${problem.hint}</p>`}</div>`;
}
