// The source of a worker: written, checked while it is written, and deployed.

import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { api, may, save } from "../../core/api.js";
import { useLoad } from "../../core/live.js";
import { route } from "../../core/router.js";
import { wholeOf } from "../../core/time.js";
import { visible } from "../../core/format.js";
import { Button } from "../../parts/button.js";
import { Dialog, confirm } from "../../parts/dialog.js";
import { Difference } from "../../parts/difference.js";
import { Editor } from "../../parts/editor.js";
import { TextField } from "../../parts/field.js";
import { Hostile } from "../../parts/hostile.js";
import { Icon } from "../../parts/icon.js";
import { Loading, Trouble } from "../../parts/page.js";
import { complain, toast } from "../../parts/toast.js";
import { Findings, marks, useCheck } from "./check.js";
import { draftKey, keepDraft, readDraft } from "./draft.js";
import { Overtaken, readVersion, upon } from "./revision.js";

const NOTE_CHARACTERS = 500;

/** Load the version that a draft was begun upon, or the one that is wanted, and show its editor. */
export default function Source({ workspace, name, live }) {
  const key = draftKey(workspace, name);
  const [first, problem, again] = useLoad(async () => {
    const draft = may("operator") ? readDraft(key) : null;
    const wanted = live.worker.value.version.number;
    // A version that was forgotten meanwhile: the draft stands upon the one of now.
    const base = await readVersion(live, draft?.base ?? wanted).catch((problem) => {
      if (problem.status !== 404) throw problem;
      return readVersion(live, wanted);
    });
    return { base, draft };
  }, [key]);
  if (problem) return html`<${Trouble} problem=${problem} again=${again} />`;
  if (!first) return html`<${Loading} rows=${8} />`;
  return html`<${Writing} ...${{ workspace, name, live, first, draftAt: key }} />`;
}

function Writing({ workspace, name, live, first, draftAt }) {
  const [base, setBase] = useState(first.base);
  const [text, setText] = useState(first.draft?.text ?? first.base.source);
  const [note, setNote] = useState(first.draft?.note ?? "");
  const [other, setOther] = useState(null); // a version that somebody else deployed meanwhile
  const [comparing, setComparing] = useState(false);
  const [shown, setShown] = useState({ name: "1", value: text }); // what the editor begins with
  const [at, setAt] = useState(lineOf(route.value));
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef(text);
  latest.current = text;
  const writer = may("operator");
  const unsaved = text !== base.source;
  const [check, tell] = useCheck(text, `${name}.py`, writer);
  const wanted = live.worker.value.version.number;
  const begin = (value) => { setText(value); setShown((before) => ({ name: String(Number(before.name) + 1), value })); };

  useEffect(() => keepDraft(draftAt, writer && (unsaved || note) ? { base: base.number, text, note } : null), [draftAt, base.number, text, note, unsaved]);
  useEffect(() => {
    if (wanted === base.number) { setOther(null); return undefined; }
    let over = false;
    readVersion(live, wanted).then((version) => {
      if (over) return;
      // Only the settings differ, or nothing was written here, or just this was: then there is nothing to decide.
      if (version.source === base.source || version.source === latest.current) setBase(version);
      else if (latest.current === base.source) { setBase(version); begin(version.source); toast(`Version ${version.number} is shown, which ${visible(version.created_by, 60)} deployed.`, { kind: "plain" }); }
      else setOther(version);
    }, () => {});
    return () => { over = true; };
  }, [wanted, base.number]);

  const deploy = async (upon_ = base.number) => {
    if (!writer || busy) return;
    setBusy(true);
    const sent = text;
    try {
      const done = await upon(live, upon_, (options) => api.put(live.path, { source: sent, note }, options));
      live.take(done.worker);
      live.again();
      setRefused(null);
      setOther(null);
      setComparing(false);
      tell(sent, done.findings);
      setBase(await readVersion(live, done.worker.version.number));
      setNote("");
      toast(said(done), { kind: done.changed ? "good" : "plain" });
    } catch (problem) {
      if (problem instanceof Overtaken) await overtaken(problem);
      else if (problem.slug === "bad-source") refuse(problem, sent);
      else complain(problem);
    } finally {
      setBusy(false);
    }
  };
  const refuse = (problem, of) => {
    const found = problem.errors.map((one) => ({ ...one, severity: "error", hint: "" }));
    tell(of, found);
    setRefused(of);
    if (found[0]) setAt({ line: found[0].line, column: Math.max(0, (found[0].column || 1) - 1) });
  };
  const overtaken = async () => {
    const version = await readVersion(live, live.worker.value.version.number).catch(complain);
    if (!version) return;
    if (version.source === base.source) { setBase(version); toast("Its settings were changed meanwhile. Deploy once more.", { kind: "plain" }); } else { setOther(version); setComparing(true); }
  };
  const drop = async () => {
    if (!(await confirm({ title: "Drop what you wrote?", text: `The source of version ${wanted} is shown again.`, action: "Drop it", danger: true }))) return;
    const now = other || base;
    setBase(now); setOther(null); setComparing(false); setNote(""); setRefused(null);
    begin(now.source);
  };
  useSaveKey(() => deploy());

  const where = ["w", workspace, "workers", name, "source"];
  return html`<div class="source">
    ${other && html`<section class="notice warn" role="alert"><${Icon} name="warn" size=${20} /><div class="grow"><h2>Version ${other.number} was deployed meanwhile</h2>
      <p>By <b><${Hostile} text=${other.created_by} most=${80} /></b>, ${wholeOf(other.created_at)}${other.note && html`: “<${Hostile} text=${other.note} />”`}. What you write stands upon version ${base.number}.</p></div>
      <${Button} onClick=${() => setComparing(true)}>Show the difference<//></section>`}
    <div class="source-columns">
      <${Editor} name=${shown.name} value=${shown.value} readOnly=${!writer} label=${`Source of ${name}`} onChange=${setText} diagnostics=${marks(check.found || [])} at=${at} />
      ${writer && html`<${Findings} check=${check} where=${where} onGo=${setAt} refused=${refused === text} />`}
    </div>
    <div class="source-foot">
      ${writer ? html`
        <div class="grow"><${TextField} label="Note of this version" placeholder="What is new; may be left out" value=${note} onInput=${setNote} maxlength=${NOTE_CHARACTERS} onKeyDown=${(event) => { if (event.key === "Enter") deploy(); }} /></div>
        ${unsaved && html`<${Button} kind="quiet" onClick=${drop}>Drop changes<//>`}
        <${Button} icon="download" label="Save as a file" onClick=${() => save(new Blob([text]), `${name}.py`)} />
        <${Button} kind="primary" icon="upload" disabled=${busy} onClick=${() => deploy()}>Deploy<//>`
      : html`<p class="faint grow">You may read it; deploying needs the role of an operator.</p>
        <${Button} icon="download" onClick=${() => save(new Blob([text]), `${name}.py`)}>Save as a file<//>`}
    </div>
    <p class="faint source-line"><span role="status">${unsaved ? html`<b class="warn">Not deployed yet.</b> It is kept in this tab of the browser.` : `This is version ${base.number}, as it is deployed.`}</span></p>
    <${Keys} writer=${writer} />
    ${comparing && other && html`<${Conflict} ...${{ base, other, text, busy }} onClose=${() => setComparing(false)} onOver=${() => deploy(other.number)} onDrop=${drop} />`}
  </div>`;
}

function Conflict({ base, other, text, busy, onClose, onOver, onDrop }) {
  return html`<${Dialog} wide title=${`Version ${other.number} was deployed meanwhile`} onClose=${onClose} actions=${html`
    <${Button} onClick=${onClose}>Go on writing<//>
    <${Button} onClick=${onDrop}>Take version ${other.number}, drop mine<//>
    <${Button} kind="danger" disabled=${busy} onClick=${onOver}>Deploy mine in its place<//>`}>
    <div class="stack"><p>Left is what <b><${Hostile} text=${other.created_by} most=${80} /></b> deployed, right what you wrote upon version ${base.number}.
      To deploy yours makes a new version; theirs stays among the versions.</p>
      <${Difference} before=${other.source} after=${text} labels=${[`Version ${other.number}`, "Yours"]} /></div><//>`;
}

function Keys({ writer }) {
  const keys = [...(writer ? [["Ctrl-S", "deploy"], ["Ctrl-Space", "complete"], ["Ctrl-/", "comment out"], ["F8", "next finding"], ["Esc, Tab", "leave the editor"]] : []), ["Ctrl-F", "search"]];
  return html`<p class="keys faint" aria-label="Keyboard">${keys.map(([key, does]) => html`<span key=${key}><kbd>${key}</kbd> ${does}</span>`)}</p>`;
}

function said({ changed, worker, findings }) {
  const { number } = worker.version;
  if (!changed) return `Nothing changed: version ${number} is just this.`;
  const stopped = worker.desired === "running" ? "" : ` The worker is ${worker.desired}, and stays so.`;
  const warned = findings.length ? " It has findings." : "";
  return `Version ${number} is deployed.${stopped}${warned}`;
}

function lineOf({ query }) {
  const line = Number(query.get("line"));
  return Number.isInteger(line) && line > 0 ? { line } : undefined;
}

/** Ctrl-S anywhere on the page, in the editor too. */
function useSaveKey(deploy) {
  const latest = useRef(deploy);
  latest.current = deploy;
  useEffect(() => {
    const press = (event) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
