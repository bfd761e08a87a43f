// Two texts side by side, with what differs marked.

import { html, useEffect, useRef } from "../vendor/ui.js";
import { extensions } from "./editor.js";
import { complain } from "./toast.js";

/** `before` stands left, `after` right; `labels` name them. */
export function Difference({ before, after, labels = ["Before", "After"], language = "python" }) {
  const place = useRef(null);
  useEffect(() => {
    let over = false;
    let view;
    import("../vendor/editor.js").then((cm) => {
      if (over) return;
      const side = (doc, label) => ({ doc, extensions: extensions(cm, { language, readOnly: true, label }) });
      view = new cm.MergeView({ a: side(before, labels[0]), b: side(after, labels[1]), parent: place.current, collapseUnchanged: { margin: 3 }, gutter: true });
    }).catch(complain);
    return () => {
      over = true;
      view?.destroy();
    };
  }, [before, after, language]);
  return html`<div class="difference"><div class="difference-heads" aria-hidden="true"><span>${labels[0]}</span><span>${labels[1]}</span></div><div ref=${place}></div></div>`;
}
