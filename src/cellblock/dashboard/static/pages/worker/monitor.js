// What a worker shows with ctx.monitor, drawn as it comes.

import { html } from "../../vendor/ui.js";
import { Time } from "../../core/time.js";
import { Icon } from "../../parts/icon.js";
import { Empty, Loading } from "../../parts/page.js";
import { Picture } from "../../parts/widgets/picture.js";

export default function Monitor({ workspace, name, live }) {
  const drawn = live.monitor.value;
  if (drawn === undefined) return html`<${Loading} />`;
  if (!drawn?.widgets.length) return html`<${Nothing} workspace=${workspace} name=${name} empty=${Boolean(drawn)} />`;
  return html`<section class="stack" aria-label="Monitor">
    <${Drawn} at=${drawn.at} worker=${live.worker.value} />
    <${Picture} widgets=${drawn.widgets} />
  </section>`;
}

/** When it was drawn, and whether that can change. */
function Drawn({ at, worker }) {
  const over = worker.state !== "running";
  return html`<div class=${`row drawn${over ? " warn" : " faint"}`}><h2 class="grow">Monitor</h2>
    <span class="number">${over && html`<${Icon} name="warn" /> `}Drawn <${Time} at=${at} />${over ? `; the worker is ${worker.state}, so this is how it was` : ""}</span></div>`;
}

const EXAMPLE = `def tick(ctx):
    mon = ctx.monitor
    mon.render([
        mon.status("feed", "ok"),
        mon.metric("ticks", ctx.tick.n),
        mon.chart({"squares": [n * n for n in range(20)]}),
    ])`;

function Nothing({ workspace, name, empty }) {
  return html`<${Empty} title=${empty ? "It shows nothing now" : "It has drawn nothing yet"}>
    <p>A worker draws numbers, lamps, tables and charts with <code>ctx.monitor</code>, and they are shown here as they change. Grant it
      <code>monitor</code> in its settings (<code>cellblock set ${workspace}/${name} --connect monitor</code>), and have it draw:</p>
    <pre class="block example" tabindex="0" aria-label="Example">${EXAMPLE}</pre><//>`;
}
