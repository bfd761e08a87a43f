// A menu that opens from a button. It lies above all, so that no frame cuts it off; the browser
// closes it by Escape and by a click elsewhere.

import { html, useId, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { Icon } from "./icon.js";
import { complain } from "./toast.js";

/** `items` is a function of [{key, text, icon?, danger?, run}]; it is asked as the menu opens. */
export function Menu({ label, items, icon = "more" }) {
  const [open, setOpen] = useState(null); // its items: none may become another under the pointer
  const button = useRef(null);
  const id = useId();
  const close = (back) => { setOpen(null); if (back) button.current?.focus(); };
  return html`<button ref=${button} class="quiet icon-only" aria-label=${label} title=${label} aria-haspopup="menu" aria-expanded=${Boolean(open)} aria-controls=${open ? id : undefined}
      onClick=${() => setOpen(open ? null : items())} onKeyDown=${(event) => { if (event.key === "ArrowDown") { event.preventDefault(); setOpen(items()); } }}><${Icon} name=${icon} /></button>
    ${open && html`<${Items} id=${id} label=${label} items=${open} anchor=${button} close=${close} />`}`;
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function Items({ id, label, items, anchor, close }) {
  const place = useRef(null);
  useLayoutEffect(() => { // before the next key is heard
    const menu = place.current;
    const at = anchor.current.getBoundingClientRect();
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    menu.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
    menu.querySelector("button")?.focus({ preventScroll: true });
    // What it belongs to moves away under it.
    const leave = (event) => { if (!menu.contains(event.target)) close(false); };
    addEventListener("scroll", leave, { capture: true, passive: true });
    return () => removeEventListener("scroll", leave, { capture: true });
  }, []);
  const step = (event) => {
    const all = [...place.current.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : STEPS[event.key] && (at + STEPS[event.key] + all.length) % all.length;
    if (next !== undefined) { event.preventDefault(); all[next].focus(); }
    else if (event.key === "Tab") close(true);
    else if (event.key === "Escape") { event.preventDefault(); close(true); }
  };
  const run = async (item) => {
    close(true);
    try {
      await item.run();
    } catch (error) {
      complain(error);
    }
  };
  const toggled = (event) => { if (event.newState === "closed") close(false); };
  return html`<div id=${id} ref=${place} class="menu" role="menu" aria-label=${label} popover="auto" onKeyDown=${step} onToggle=${toggled}>
    ${items.map((item) => html`<button key=${item.key} role="menuitem" tabindex="-1" class=${`quiet${item.danger ? " bad" : ""}`} onClick=${() => run(item)}>
      ${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.text}</span></button>`)}
  </div>`;
}
