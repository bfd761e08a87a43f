// The editor of sources, loaded with the first of them. It holds its text itself; the page hears of
// each change and gives diagnostics.

import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { complain } from "./toast.js";

let loading;
const load = () => (loading ||= import("../vendor/editor.js").catch((error) => { loading = undefined; throw error; })); // the next one tries again
const nonce = document.querySelector("link[nonce]").nonce;

/**
 * `value` is the text to begin with; another `name` begins anew. `diagnostics` are
 * [{line, column, message, hint?, severity}] (line from 1, column from 0). `onSave` hears Ctrl-S.
 * Another `at` ({line, column?}) goes there.
 */
export function Editor({ name, value, language = "python", readOnly = false, label, onChange, onSave, diagnostics = [], at }) {
  const place = useRef(null);
  const view = useRef(null);
  const [made, setMade] = useState(null);
  const heard = useRef({});
  heard.current = { onChange, onSave };
  useEffect(() => {
    let over = false;
    let editor;
    load().then((cm) => {
      if (over) return;
      const state = cm.EditorState.create({ doc: value, extensions: extensions(cm, { language, readOnly, label, heard }) });
      editor = view.current = new cm.EditorView({ state, parent: place.current });
      setMade(cm);
    }).catch(complain);
    return () => {
      over = true;
      editor?.destroy();
      view.current = null;
    };
  }, [name, language, readOnly]);
  const found = JSON.stringify(diagnostics);
  useEffect(() => {
    if (made && view.current) view.current.dispatch(made.setDiagnostics(view.current.state, diagnostics.map((one) => placed(view.current.state.doc, one))));
  }, [found, made, name]);
  useEffect(() => { if (at && made && view.current) goTo(made, view.current, at); }, [at, made]);
  return html`<div class="editor" ref=${place}></div>`;
}

function placed(doc, { line, column, message, hint, severity = "error" }) {
  const row = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
  const from = Math.min(row.from + (column || 0), row.to);
  const word = /^[\w.]+/.exec(doc.sliceString(from, row.to));
  const to = Math.min(row.to, from + Math.max(1, word ? word[0].length : 1));
  return { from: Math.min(from, to), to, severity, message: hint ? `${message}\n${hint}` : message };
}

function goTo(cm, view, { line, column = 0 }) {
  const { doc } = view.state;
  const row = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
  const anchor = Math.min(row.from + column, row.to);
  view.dispatch({ selection: { anchor }, effects: cm.EditorView.scrollIntoView(anchor, { y: "center" }) });
  view.focus();
}

/** What editors and differences share. */
export function extensions(cm, { language = "python", readOnly = false, label = "Source", heard } = {}) {
  const save = { key: "Mod-s", preventDefault: true, run: () => { heard?.current.onSave?.(); return true; } };
  return [
    cm.EditorView.cspNonce.of(nonce),
    cm.lineNumbers(), cm.highlightSpecialChars(), cm.foldGutter(), cm.drawSelection(), cm.bracketMatching(),
    cm.syntaxHighlighting(colours(cm)), cm.highlightSelectionMatches(), cm.search({ top: true }),
    cm.indentUnit.of(language === "python" ? "    " : "  "),
    language === "python" ? cm.python() : cm.json(),
    cm.EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
    readOnly ? [cm.EditorState.readOnly.of(true), cm.EditorView.editable.of(false), cm.EditorView.contentAttributes.of({ tabindex: "0" })] : [
      cm.EditorView.contentAttributes.of({ tabindex: "0" }), cm.history(), cm.indentOnInput(), cm.closeBrackets(), cm.autocompletion(), cm.lintGutter(),
      cm.highlightActiveLine(), cm.highlightActiveLineGutter(),
    ],
    cm.keymap.of([save, ...cm.closeBracketsKeymap, ...cm.defaultKeymap, ...cm.searchKeymap, ...cm.historyKeymap, ...cm.foldKeymap, ...cm.completionKeymap, ...cm.lintKeymap,
      ...(readOnly ? [] : [cm.indentWithTab])]),
    cm.EditorView.updateListener.of((update) => { if (update.docChanged) heard?.current.onChange?.(update.state.doc.toString()); }),
  ];
}

function colours(cm) {
  const { tags } = cm;
  return cm.HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], color: "var(--code-word)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
    { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
    { tag: [tags.comment], color: "var(--code-note)", fontStyle: "italic" },
    { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--code-name)", fontWeight: "600" },
    { tag: [tags.propertyName], color: "var(--code-name)" },
    { tag: [tags.invalid], color: "var(--bad)" },
  ]);
}
