// Who is logged in here, and their password.

import { html, useState } from "../vendor/ui.js";
import { api, may, session } from "../core/api.js";
import { Link } from "../core/router.js";
import { Time } from "../core/time.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/field.js";
import { Hostile } from "../parts/hostile.js";
import { Page } from "../parts/page.js";
import { ROLES } from "./access/roles.js";

const RANKS = Object.keys(ROLES);

export default function Account() {
  const who = session.value;
  return html`<${Page} title="Your session">
    <section class="card"><dl class="facts">
      <dt>Name</dt><dd><${Hostile} text=${who.name} /></dd>
      <dt>Role</dt><dd>${who.role}, in ${who.workspace === null ? "all workspaces" : html`the workspace <bdi>${who.workspace}</bdi>`}</dd>
      <dt>Logged in with</dt><dd>${who.by === "password" ? "a password" : "a token"}</dd>
      <dt>Ends</dt><dd><${Time} at=${who.expires_at} form="whole" />, or earlier when it is not used</dd>
      <dt>What this role does</dt><dd>${RANKS.slice(0, RANKS.indexOf(who.role) + 1).map((role) => ROLES[role]).join(" ")}</dd>
    </dl></section>
    ${who.by !== "password" && html`<section class="card"><h2>Others beside you</h2><p class="soft">${may("admin")
      ? html`Give each person a name and a password of their own under <${Link} to=${["access", "users"]}>Access<//>, and each program a token.`
      : "Whoever administers this service can give you a name and a password of your own."} The audit log tells who did what.</p></section>`}
    ${who.by === "password" && html`<${Password} />`}
  <//>`;
}

function Password() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const differs = again && fresh !== again ? "It is not the same." : "";
  const change = async () => {
    await api.put("users/self/password", { old, new: fresh });
    setOld(""); setFresh(""); setAgain("");
  };
  return html`<section class="card"><h2>Another password</h2><form class="form" onSubmit=${(event) => event.preventDefault()}>
    <${TextField} label="The one of now" type="password" autocomplete="current-password" value=${old} onInput=${setOld} />
    <${TextField} label="The new one" type="password" autocomplete="new-password" hint="12 characters at least." value=${fresh} onInput=${setFresh} />
    <${TextField} label="The new one again" type="password" autocomplete="new-password" error=${differs} value=${again} onInput=${setAgain} />
    <div><${Button} kind="primary" type="submit" done="The password is changed." disabled=${!old || fresh.length < 12 || fresh !== again} onClick=${change}>Change it<//></div>
  </form></section>`;
}
