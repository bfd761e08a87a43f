// Logging in: with a name and a password, with a token, or with a ticket of `cellblock dashboard`.

import { html, useEffect, useState } from "../vendor/ui.js";
import { login } from "../core/api.js";
import { route } from "../core/router.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/field.js";
import { Bars } from "../parts/frame.js";

const WAYS = [["token", "Token"], ["password", "Password"]];

export function Login() {
  const [way, setWay] = useState("token");
  const [token, setToken] = useState("");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState(null);
  const [asking, setAsking] = useState(false);
  const ticket = route.value.query.get("ticket");
  const enter = async (proof) => {
    setProblem(null);
    setAsking(true);
    try {
      await login(proof);
    } catch (error) {
      setProblem(error);
    } finally {
      setAsking(false);
    }
  };
  useEffect(() => {
    document.title = "Log in · Cellblock";
    if (!ticket) return;
    history.replaceState(null, "", "#/login"); // it is good once, and need not stay in the history
    enter({ ticket });
  }, [ticket]);
  const submit = (event) => {
    event.preventDefault();
    return asking || enter(way === "token" ? { token: token.trim() } : { user: user.trim(), password });
  };
  const choose = (next) => { setWay(next); setProblem(null); };
  const step = (event) => { // as radio buttons have it: the group is one stop of the Tab key
    if (!/^Arrow/.test(event.key)) return;
    event.preventDefault();
    const other = event.currentTarget.querySelector("[aria-checked=false]");
    other.focus();
    other.click();
  };
  return html`<main class="login"><form class="card" onSubmit=${submit}>
    <div class="brand"><${Bars} size=${40} /><h1>Cellblock</h1></div>
    <div class="choice" role="radiogroup" aria-label="How to log in" onKeyDown=${step}>${WAYS.map(([key, text]) => html`<button key=${key} type="button" role="radio" aria-checked=${way === key} tabindex=${way === key ? 0 : -1} class=${way === key ? "on" : ""} onClick=${() => choose(key)}>${text}</button>`)}</div>
    ${way === "token"
      ? html`<${TextField} key="token" label="Token" type="password" value=${token} onInput=${setToken} autocomplete="off" required autofocus placeholder="cb_…"
          hint="The first start of the service shows one, and keeps it in admin.token in its data directory. Or run: cellblock dashboard" />`
      : html`<${TextField} key="user" label="Name" value=${user} onInput=${setUser} autocomplete="username" required autofocus />
        <${TextField} key="password" label="Password" type="password" value=${password} onInput=${setPassword} autocomplete="current-password" required
          hint="Made with: cellblock users add NAME" />`}
    ${problem && html`<p class="error" role="alert">${said(problem)}</p>`}
    <${Button} kind="primary" type="submit" onClick=${undefined} aria-busy=${asking}>${asking ? "Logging in …" : "Log in"}<//>
  </form></main>`;
}

function said(problem) {
  if (problem.status === 401) return "That does not let you in: it is wrong, expired or revoked.";
  return problem.hint ? `${problem.message}; ${problem.hint}` : problem.message;
}
