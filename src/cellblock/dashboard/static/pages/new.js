// A new worker: what it begins with, its name, its source, how it is run; and off it goes.

import { html, useEffect, useMemo, useState } from "../vendor/ui.js";
import { all, api, may, path } from "../core/api.js";
import { useLoad } from "../core/live.js";
import { go, route } from "../core/router.js";
import { Button } from "../parts/button.js";
import { confirm } from "../parts/dialog.js";
import { hasFiles, useStay } from "../parts/drop.js";
import { Editor } from "../parts/editor.js";
import { TextField } from "../parts/field.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { complain, toast } from "../parts/toast.js";
import { Cards, EMPTY, freeName, readFile, wrongName } from "./new/begin.js";
import { Needs, granted, readOutlets } from "./new/needs.js";
import { Findings, marks, useCheck } from "./worker/check.js";
import { LIMITS, blamed, changesOf, formOf, wrongIn } from "./worker/form.js";
import { Grants } from "./worker/grants.js";
import { Schedule } from "./worker/schedule.js";

const BLANK = { interval_s: null, cron: null, timezone: "UTC", config: {}, connect: null, limits: Object.fromEntries(LIMITS.map(([name]) => [name, null])) };
const NAMES_MS = 5_000;

async function readNames(workspace) {
  const workers = await all(path`workspaces/${workspace}/workers`);
  return { at: Date.now(), taken: new Map(workers.map((one) => [one.name, one.desired])) };
}

export default function New({ workspace }) {
  const [found, problem, again] = useLoad(async () => {
    const [examples, outlets, names] = await Promise.all([api.get("examples"), readOutlets(workspace), readNames(workspace)]);
    return { examples: examples.items, outlets, names };
  }, [workspace]);
  const head = { title: "New worker", crumbs: [["Workers", ["w", workspace, "workers"]]] };
  if (!may("operator")) return html`<${Page} ...${head}><${Empty} title="You may look on"><p>Making workers needs the role of an operator.</p><//><//>`;
  if (!found) return html`<${Page} ...${head}>${problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Loading} rows=${9} />`}<//>`;
  return html`<${Page} ...${head}><${Making} workspace=${workspace} ...${found} /><//>`;
}

function begun(example, outlets) {
  return formOf({ ...BLANK, ...example.settings, connect: granted(example, outlets) });
}

function Making({ workspace, examples, outlets, names }) {
  const first = useMemo(() => examples.find((one) => one.name === route.value.query.get("example")) || examples[0] || EMPTY, []);
  const [known, setKnown] = useState(names);
  const [chosen, setChosen] = useState(first);
  const [shown, setShown] = useState({ turn: 0, value: first.source }); // what the editors begin with
  const [text, setText] = useState(first.source);
  const [name, setName] = useState(() => freeName(first.name, names.taken));
  const [form, setForm] = useState(() => begun(first, outlets));
  const [told, setTold] = useState({});
  const [refused, setRefused] = useState(null);
  const [at, setAt] = useState(undefined);
  const [over, setOver] = useState(false);
  const [check, tell] = useCheck(text, `${name || "worker"}.py`);
  const set = (changes) => { setForm((before) => ({ ...before, ...changes })); setTold({}); };
  const wrong = { ...told, ...wrongIn(form, {}) };
  const bad = told.name || wrongName(name, known.taken);
  const errors = check.found?.some((one) => one.severity === "error");

  const choose = async (one) => {
    const lost = text !== chosen.source && text.trim();
    if (lost && !await confirm({ title: "Replace what you wrote?", text: `The source becomes that of “${one.title}”.`, action: "Replace it", danger: true })) return;
    setChosen(one);
    setText(one.source);
    setShown((before) => ({ turn: before.turn + 1, value: one.source }));
    setName(freeName(one.name, known.taken));
    setForm(begun(one, outlets));
    setTold({});
    setAt(undefined);
  };
  const take = (file) => readFile(file).then(choose).catch(complain);
  const look = () => { if (Date.now() - known.at > NAMES_MS) readNames(workspace).then(setKnown).catch(() => {}); };

  const create = async (start) => {
    const where = path`workspaces/${workspace}/workers/${name}`;
    const settings = changesOf(form, { ...formOf(BLANK), by: "" });
    try {
      await api.put(where, { source: text, settings, start }, { headers: { "If-None-Match": "*" } });
    } catch (failed) {
      return refuse(failed);
    }
    // One that waits for a clock or for events ticks once now, so that it is seen to work.
    if (start && (form.by === "cron" || Number(form.interval) > 30)) await api.post(`${where}/tick`).catch(() => {});
    toast(start ? `${name} is made, and starts.` : `${name} is made; it is stopped.`);
    return go("w", workspace, "workers", name);
  };
  const refuse = (failed) => {
    const fields = blamed(failed);
    if (failed.slug === "bad-source") {
      const list = failed.errors.map((one) => ({ ...one, severity: "error", hint: "" }));
      tell(text, list);
      setRefused(text);
      if (list[0]) setAt({ line: list[0].line, column: Math.max(0, (list[0].column || 1) - 1) });
    } else if (failed.slug === "conflict" || failed.slug === "deleted") {
      setTold({ name: "There is a worker of this name already." });
      readNames(workspace).then(setKnown).catch(() => {});
    } else if (Object.keys(fields).length) {
      setTold(fields);
      toast("The worker is not made; see what is marked.", { kind: "plain" });
    } else complain(failed);
    return false;
  };
  const drop = useDrop(take, setOver);
  const ready = !bad && !Object.keys(wrong).length && text.trim();
  const cli = `cellblock deploy ${name || "worker"}.py ${form.by === "cron" ? `--cron '${form.cron}'` : `--interval ${form.interval}s`}`;
  return html`<form class=${`stack making${over ? " over" : ""}`} ...${drop} onSubmit=${(event) => event.preventDefault()}>
    <${Cards} examples=${examples} chosen=${chosen} onChoose=${choose} onFile=${take} />
    <${Needs} example=${chosen} outlets=${outlets} connect=${form.connect} workspace=${workspace} />
    <div class="making-name"><${TextField} label="Name" value=${name} error=${bad} hint=${bad ? undefined : "This name is free."} onFocus=${look} autocomplete="off" spellcheck=${false} maxlength="63" class="mono"
      onInput=${(next) => { setName(next); setTold({}); }} /></div>
    <section class="stack" aria-labelledby="its-source"><h2 id="its-source">Source</h2>
      <div class="source-columns">
        <${Editor} name=${`source ${shown.turn}`} value=${shown.value} label="Source of the new worker" onChange=${setText} diagnostics=${marks(check.found || [])} at=${at} />
        <${Findings} check=${check} where=${["w", workspace, "new"]} onGo=${setAt} refused=${refused === text} />
      </div></section>
    <div class="halves">
      <div class="stack"><${Schedule} form=${form} set=${set} errors=${wrong} nextAt=${null} />
        <${Grants} workspace=${workspace} value=${form.connect} error=${wrong.connect} onInput=${(connect) => set({ connect })} /></div>
      <section class="card stack"><h2>Config</h2><p class="soft">What the worker sees as <code>ctx.config</code>: a JSON object, with no secrets in it.</p>
        <${Editor} name=${`config ${shown.turn}`} value=${form.config} language="json" label="Config" onChange=${(config) => set({ config })}
          diagnostics=${wrong.config ? [{ line: wrong.config.line, message: wrong.config.message }] : []} />
        ${wrong.config && html`<p class="error" role="status">Line ${wrong.config.line}: ${wrong.config.message}</p>`}</section>
    </div>
    <footer class="making-foot">
      <p class="soft grow wide-only">By hand: <code>${cli}</code></p>
      ${errors && html`<p class="bad">The source has errors.</p>`}
      <${Button} disabled=${!ready} onClick=${() => create(false)}>Create without starting<//>
      <${Button} kind="primary" icon="play" disabled=${!ready} onClick=${() => create(true)}>Create and start<//>
    </footer>
  </form>`;
}

/** Handlers for a file that is dropped on the page. */
function useDrop(take, setOver) {
  useStay();
  return {
    onDragOver: (event) => { if (hasFiles(event)) { event.preventDefault(); setOver(true); } },
    onDragLeave: (event) => { if (!event.currentTarget.contains(event.relatedTarget)) setOver(false); },
    onDrop: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      const [file] = event.dataTransfer.files;
      if (file) take(file);
    },
  };
}
