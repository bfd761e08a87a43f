// Fields of a form. Each has a label, and may have a hint and an error.

import { html, useId } from "../vendor/ui.js";

/** What surrounds a control: `children` is a function of {id, "aria-describedby", "aria-invalid"}. */
export function Field({ label, hint, error, children, inline }) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const control = children({ id, "aria-describedby": notes, "aria-invalid": error ? "true" : undefined });
  return html`<div class=${`field${inline ? " inline" : ""}`}>
    <label for=${id}>${label}</label>
    ${control}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
  </div>`;
}

/** One line of text. `onInput` gets the text. */
export function TextField({ label, hint, error, value, onInput, type = "text", ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${(given) => html`<input type=${type} value=${value} onInput=${(event) => onInput(event.currentTarget.value)} ...${given} ...${rest} />`}<//>`;
}

/** Several lines. */
export function AreaField({ label, hint, error, value, onInput, rows = 4, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${(given) => html`<textarea rows=${rows} value=${value} onInput=${(event) => onInput(event.currentTarget.value)} ...${given} ...${rest}></textarea>`}<//>`;
}

/** One of several: `options` are texts, or [value, text] pairs. */
export function SelectField({ label, hint, error, value, onInput, options, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${(given) => html`<select value=${value} onChange=${(event) => onInput(event.currentTarget.value)} ...${given} ...${rest}>
      ${options.map((one) => (Array.isArray(one) ? one : [one, one])).map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}
    </select>`}<//>`;
}

/** Yes or no. */
export function CheckField({ label, hint, value, onInput, ...rest }) {
  const id = useId();
  return html`<div class="field check">
    <input type="checkbox" id=${id} checked=${value} onChange=${(event) => onInput(event.currentTarget.checked)} aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
    <label for=${id}>${label}</label>${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}
