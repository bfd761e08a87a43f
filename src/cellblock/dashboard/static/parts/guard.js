// What keeps a fault in one part of a page from taking the rest of it along.

import { Component, html } from "../vendor/ui.js";
import { Trouble } from "./page.js";

/** Draws its children, and says so where they cannot be drawn. Another `where` tries again. */
export class Guard extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error, where: this.props.where });
  }

  render({ children, where }, { error, where: then }) {
    if (!error || then !== where) return children;
    const problem = { message: "This cannot be shown.", hint: "The browser's console says why; the command line shows what this page would." };
    return html`<${Trouble} problem=${problem} again=${() => this.setState({ error: null })} />`;
  }
}
