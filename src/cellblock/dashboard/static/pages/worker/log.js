// The log of a worker: live, with all that is kept behind it. What a worker wrote is shown as text alone.

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/ui.js";
import { path, save } from "../../core/api.js";
import { count, many, visible } from "../../core/format.js";
import { route, setQuery } from "../../core/router.js";
import { clockOf, isToday, utcOf, wholeOf } from "../../core/time.js";
import { Button } from "../../parts/button.js";
import { SelectField } from "../../parts/field.js";
import { Icon } from "../../parts/icon.js";
import { copyText } from "../../parts/once.js";
import { Empty } from "../../parts/page.js";
import { Scroll } from "../../parts/scroll.js";
import { complain, toast } from "../../parts/toast.js";
import { Lines, SAVED, readAll } from "./lines.js";

const LEVELS = [["", "all"], ["info", "info or worse"], ["warn", "warnings or worse"], ["error", "errors"]];
const CALM_MS = 300;
const MARKS = 20;

export default function Log({ workspace, name, live }) {
  const where = path`workspaces/${workspace}/workers/${name}`;
  const lines = useMemo(() => new Lines(live, where), [live]);
  const { query } = route.value;
  const level = LEVELS.some(([key]) => key === query.get("level")) ? query.get("level") : "";
  const contains = (query.get("contains") || "").slice(0, 200);
  const [stuck, setStuck] = useState(true);
  const [paused, setPaused] = useState(false);
  const [wrap, setWrap] = useState(true);
  useEffect(() => { lines.sift(level, contains); setStuck(true); setPaused(false); }, [lines, level, contains]);
  useEffect(() => () => live.sift("", ""), [live]); // other tabs show all lines
  const come = live.lines.value;
  const held = paused || (!stuck && lines.full);
  useEffect(() => {
    if (held) return;
    const fresh = lines.take(come);
    if (stuck) lines.trim();
    lines.fresh.value = stuck ? 0 : lines.fresh.peek() + fresh;
  }, [come, held, stuck, lines]);
  const waiting = held ? come.filter((line) => line.id > lines.newest).length : lines.fresh.value;
  const toEnd = () => { setPaused(false); setStuck(true); };
  const chunks = lines.pieces.value;
  const known = live.at.value !== undefined;
  return html`<section class="log" aria-label="Log">
    <${Bar} ...${{ lines, where, name, level, contains, paused, setPaused: (on) => (on ? setPaused(true) : toEnd()), wrap, setWrap }} />
    <div class="log-frame" onKeyDown=${toCopy}>
      ${known && !chunks.length && !lines.waiting
        ? html`<${Nothing} sifted=${level || contains} workspace=${workspace} name=${name} />`
        : html`<${Scroll} label="Log lines" className=${wrap ? "wrap" : ""} look=${`${wrap} ${contains}`} chunks=${chunks} row=${(line) => html`<${Row} key=${line.id} line=${line} search=${contains} />`}
            stuck=${stuck && !paused} onStuck=${(near) => { if (!paused) setStuck(near); }} onTop=${() => lines.older().catch(complain)} />`}
      ${waiting > 0 && html`<button class="primary log-new" onClick=${toEnd}><${Icon} name="down" />${many(waiting, "new line")}</button>`}
    </div>
    <p class="hint">${lines.whole.value ? `${many(lines.count.value, "line")}: all that is kept.` : `${many(lines.count.value, "line")} shown; scroll up for older ones.`}
      ${paused ? " Frozen: what comes is shown when you go on." : ""}</p>
  </section>`;
}

function Bar({ lines, where, name, level, contains, paused, setPaused, wrap, setWrap }) {
  const [text, setText] = useState(contains);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => { if (!timer.current) setText(contains); }, [contains]); // the address was changed by a link
  const type = (now) => {
    setText(now);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { timer.current = 0; setQuery({ contains: now }); }, CALM_MS);
  };
  return html`<div class="log-bar">
    <${SelectField} label="Level" value=${level} options=${LEVELS} onInput=${(now) => setQuery({ level: now })} />
    <div class="field grow"><label for="log-search">Text</label>
      <input id="log-search" type="search" maxlength="200" placeholder="exact text, capitals count" value=${text} onInput=${(event) => type(event.currentTarget.value)} /></div>
    <div class="row">
      <${Button} icon=${paused ? "play" : "pause"} aria-pressed=${paused} onClick=${() => setPaused(!paused)}>${paused ? "Go on" : "Freeze"}<//>
      <${Button} aria-pressed=${wrap} onClick=${() => setWrap(!wrap)}>${wrap ? "Do not wrap" : "Wrap"}<//>
      <${Saver} ...${{ where, name, query: { level, contains } }} />
    </div>
  </div>`;
}

/** Saves all lines that match; while it reads, the button breaks it off. */
function Saver({ where, name, query }) {
  const [read, setRead] = useState(null);
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const begin = async () => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setRead(0);
    try {
      const { blob, count: lines, whole } = await readAll(where, query, setRead, signal);
      save(blob, `${name}.log`);
      toast(whole ? `${many(lines, "line")} saved.` : `The newest ${many(lines, "line")} saved; more than ${count(SAVED)} are not.`);
    } catch (error) {
      if (!signal.aborted) complain(error);
    }
    if (!signal.aborted) setRead(null);
  };
  if (read === null) return html`<button onClick=${begin}><${Icon} name="download" /><span>Download</span></button>`;
  return html`<button class="number" onClick=${() => { abort.current.abort(); setRead(null); }}><${Icon} name="close" /><span>Stop at ${count(read)}</span></button>`;
}

function Nothing({ sifted, workspace, name }) {
  if (sifted) return html`<${Empty} title="No line is like that">Lines that come and match are shown here by themselves. Capital and small letters are different.<//>`;
  return html`<${Empty} title="It has not said anything yet">
    <p>What a worker prints, or tells by <code>ctx.log.info(…)</code>, is shown here as it comes.</p>
    <p><code>cellblock logs -f ${workspace}/${name}</code> shows the same.</p><//>`;
}

function Row({ line, search }) {
  return html`<div class=${`line ${line.level}`}>
    <time datetime=${new Date(line.at * 1000).toISOString()} title=${`${wholeOf(line.at)}\n${utcOf(line.at)}`}>${isToday(line.at) ? clockOf(line.at) : wholeOf(line.at)}</time>
    <span class="level">${line.level}</span>
    <span class="said"><bdi>${marked(line.message, search)}</bdi></span>
    <${Copy} line=${line} />
  </div>`;
}

// No more than `MARKS` of a line: one letter may be in it thousands of times.
function marked(message, search) {
  if (!search) return visible(message);
  const parts = [];
  let last = 0;
  for (let at = message.indexOf(search); at >= 0 && parts.length < 2 * MARKS; at = message.indexOf(search, last)) {
    parts.push(visible(message.slice(last, at)), html`<mark>${visible(search)}</mark>`);
    last = at + search.length;
  }
  return [...parts, visible(message.slice(last))];
}

// The list is one stop of the Tab key: Enter goes to its last line, the arrows from one to the next.
function toCopy(event) {
  if (event.key === "Enter" && event.target.classList.contains("scroll")) [...event.target.querySelectorAll(".copy")].at(-1)?.focus();
}

function Copy({ line }) {
  const copy = () => copyText(visible(line.message)).then(() => toast("The line is copied."), complain);
  const step = (event) => {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const every = [...event.currentTarget.closest(".scroll").querySelectorAll(".copy")];
    every[every.indexOf(event.currentTarget) + way]?.focus();
  };
  return html`<button class="quiet icon-only copy" tabindex="-1" aria-label=${`Copy this line of ${clockOf(line.at)}`} title="Copy" onClick=${copy} onKeyDown=${step}><${Icon} name="copy" size=${13} /></button>`;
}
