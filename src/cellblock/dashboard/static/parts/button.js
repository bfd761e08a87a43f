// A button. While what it does is under way it is busy; what goes wrong is told.

import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Icon } from "./icon.js";
import { complain, toast } from "./toast.js";

/**
 * kind: "primary", "plain" (default), "danger", "quiet". `onClick` may be async. `done` is said when it
 * ended well. `label` names a button that shows an icon alone.
 */
export function Button({ kind = "plain", icon, label, done, disabled, onClick, children, type = "button", ...rest }) {
  const [busy, setBusy] = useState(false);
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  const press = async (event) => {
    if (!onClick || busy) return;
    setBusy(true);
    try {
      const result = await onClick(event);
      if (done && result !== false) toast(done);
    } catch (error) {
      complain(error);
    } finally {
      if (here.current) setBusy(false);
    }
  };
  const alone = !children;
  return html`<button type=${type} class=${`${kind}${alone ? " icon-only" : ""}`} disabled=${disabled} aria-busy=${busy} aria-disabled=${busy || undefined}
    aria-label=${label} title=${alone ? label : undefined} onClick=${onClick && press} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children && html`<span>${children}</span>`}
  </button>`;
}
