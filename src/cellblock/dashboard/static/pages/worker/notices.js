// What is wrong with a worker, and what to do: a panel above its tabs, or a page in the place of all.

import { html } from "../../vendor/ui.js";
import { may } from "../../core/api.js";
import { Link } from "../../core/router.js";
import { Time, now } from "../../core/time.js";
import { many } from "../../core/format.js";
import { Button } from "../../parts/button.js";
import { Hostile } from "../../parts/hostile.js";
import { Icon } from "../../parts/icon.js";
import { Page } from "../../parts/page.js";
import { release, verb } from "./verbs.js";

function Panel({ tone, icon = "warn", title, children, action }) {
  return html`<section class=${`notice ${tone}`} aria-label=${title}><${Icon} name=${icon} size=${20} />
    <div class="grow"><h2>${title}</h2>${children}</div>${action}</section>`;
}

const Reason = ({ text }) => text && html`<p class="notice-reason"><${Hostile} text=${text} most=${1000} /></p>`;

/** The panel above the tabs; nothing where nothing is wrong. */
export function Notice({ live, workspace, name }) {
  const worker = live.worker.value;
  const tab = (word, text) => html`<${Link} to=${["w", workspace, "workers", name, word]}>${text}<//>`;
  const cli = (word) => html`<code>cellblock ${word} ${workspace}/${name}</code>`;
  if (worker.quarantined || worker.state === "quarantined") return html`<${Quarantined} ...${{ live, worker, tab, cli }} />`;
  if (worker.state === "paused") {
    return html`<${Panel} tone="bad" title=${`Paused after ${many(worker.errors, "error")} in a row`}>
      <${Reason} text=${worker.reason} />
      <p>Nothing runs until somebody starts it. See what failed in its ${tab("ticks", "ticks")} and its ${tab("log", "log")}; mend its ${tab("source", "source")} and
        deploy that, or go ${tab("versions", "back to a version")} that worked. Both start it again, as does ${cli("start")}.</p><//>`;
  }
  if (worker.state === "lost") {
    return html`<${Panel} tone="warn" title="It has no process">
      <${Reason} text=${worker.reason} />
      <p>It is tried again by itself, each time after a longer wait, up to a minute${worker.errors ? html`; ${many(worker.errors, "error")} so far` : ""}. If the reason names something
        that is missing, such as a connection, see to that in its ${tab("settings", "settings")}. What it did before stands in its ${tab("log", "log")}.</p><//>`;
  }
  return null;
}

function Quarantined({ live, worker, tab, cli }) {
  if (!worker.quarantined) {
    return html`<${Panel} tone="warn" icon="shield" title="Its version is released">
      <p>Version ${worker.version.number} was in quarantine and may be started again: press Start, or ${cli("start")}.</p><//>`;
  }
  return html`<${Panel} tone="bad" icon="shield" title=${`Version ${worker.version.number} is in quarantine`}
    action=${may("operator") && html`<${Button} kind="danger" onClick=${() => release(live, worker)}>Release it<//>`}>
    <${Reason} text=${worker.reason || "It did what only hostile code does."} />
    <p>Honest code does not do this by accident. The version, which is this source with these settings, is not started again, whoever asks and by whatever name.
      What it wrote before stands in its ${tab("log", "log")}, how it was held in the ${tab("proof", "proof")} of its jail.</p>
    <p>Deploy another ${tab("source", "source")}, go ${tab("versions", "back to another version")}, or, if you know why it happened and take it for harmless,
      release it (${cli("release")}) and start it.</p><//>`;
}

/** There is no such worker. */
export function Missing({ workspace, name }) {
  return html`<${Page} title="There is no such worker" crumbs=${[["Workers", ["w", workspace, "workers"]]]}>
    <div class="card stack"><p>The workspace <bdi>${workspace}</bdi> has no worker named <bdi>${name}</bdi>. It may have another name, belong to another workspace,
      or have been deleted more than a day ago.</p>
      <p><${Link} to=${["w", workspace, "workers"]}>See the workers that are there<//>${may("operator") && html`, or <${Link} to=${["w", workspace, "new"]}>write a new one<//>`}.</p></div>
  <//>`;
}

/** It was deleted, and can be brought back for a while. */
export function Deleted({ live, workspace, name }) {
  const worker = live.worker.value;
  const over = worker.purge_at <= now.value;
  return html`<${Page} title=${name} crumbs=${[["Workers", ["w", workspace, "workers"]]]}
    actions=${!over && may("operator") && html`<${Button} kind="primary" icon="restart" done="It is back, and stopped. Start it when you wish." onClick=${() => verb(live, "restore")}>Restore<//>`}>
    <section class="notice warn"><${Icon} name="trash" size=${20} /><div class="grow"><h2>This worker is deleted</h2>
      ${over
        ? html`<p>Its time is over: it is being forgotten now.</p>`
        : html`<p>It runs no more. It is forgotten for good <b class="number"><${Time} at=${worker.purge_at} /></b> (<${Time} at=${worker.purge_at} form="whole" />):
          its state, its log, its ticks and its versions. Until then it can be restored, also by <code>cellblock restore ${workspace}/${name}</code>; it is stopped then.</p>`}
    </div></section>
  <//>`;
}
