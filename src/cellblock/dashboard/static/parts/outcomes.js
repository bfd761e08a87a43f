// How the last ticks ended: a strip with a cell for each, to be walked with the arrow keys.

import { html, useRef, useState } from "../vendor/ui.js";
import { duration } from "../core/format.js";
import { clockOf } from "../core/time.js";
import { toneOfOutcome } from "./badge.js";

/** `runs` are RunViews, the oldest first; `onPick(run)` hears a click or Enter. A failed one stands taller. */
export function Outcomes({ runs, onPick, label = "How the last ticks ended" }) {
  const strip = useRef(null);
  const [here, setHere] = useState(null);
  const stop = runs.some((run) => run.id === here) ? here : runs.at(-1)?.id;
  const step = (event) => {
    const cells = [...strip.current.children];
    const at = cells.indexOf(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: cells.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    cells[Math.max(0, Math.min(to, cells.length - 1))].focus();
  };
  return html`<div class="outcomes" role="group" aria-label=${label} ref=${strip} onKeyDown=${step}>
    ${runs.map((run) => {
      const said = `Tick ${run.n}, ${clockOf(run.started_at)}: ${run.outcome}, ${duration(run.duration_ms)}`;
      return html`<button key=${run.id} class=${`cell ${toneOfOutcome(run.outcome)}`} title=${said} aria-label=${said} tabindex=${run.id === stop ? 0 : -1}
        onFocus=${() => setHere(run.id)} onClick=${() => onPick(run)}></button>`;
    })}
  </div>`;
}
