// Who may come in: tokens for programs, users for people.

import { html } from "../vendor/ui.js";
import { may } from "../core/api.js";
import { Page, Tabs } from "../parts/page.js";
import { Tokens } from "./access/tokens.js";
import { Users } from "./access/users.js";

const TABS = [["tokens", "Tokens", ["access"]], ["users", "Users", ["access", "users"]]];

export default function Access({ rest }) {
  const current = rest[0] === "users" ? "users" : "tokens";
  if (!may("admin")) return html`<${Page} title="Access"><p>This needs the role admin.</p><//>`;
  return html`<${current === "users" ? Users : Tokens} tabs=${html`<${Tabs} label="Access" items=${TABS} current=${current} />`} />`;
}
