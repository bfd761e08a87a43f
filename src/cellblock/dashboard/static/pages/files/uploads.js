// Uploads: one after the other, each with its progress; a file that is there is replaced only by leave.

import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { Problem, api, path, session } from "../../core/api.js";
import { bytes, visible } from "../../core/format.js";
import { Button } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { Hostile } from "../../parts/hostile.js";
import { complain, toast } from "../../parts/toast.js";

let last = 0;

/** [what is under way, bring(files, hadFolders), close(id)]; `after` is called when one has come. */
export function useUploads(workspace, folder, after) {
  const [items, setItems] = useState([]);
  const queue = useRef(Promise.resolve());
  const latest = useRef(after);
  latest.current = after;
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  const change = (id, values) => here.current && setItems((old) => old.map((one) => (one.id === id ? { ...one, ...values } : one)));
  const close = (id) => setItems((old) => old.filter((one) => one.id !== id));
  const one = async (item, file) => {
    try {
      if (!await allowed(workspace, item.path)) return close(item.id);
      await send(path`workspaces/${workspace}/files/${item.path}`, file, (sent) => change(item.id, { sent }), (stop) => change(item.id, { stop }));
      change(item.id, { state: "done", sent: item.size, stop: null });
      setTimeout(() => here.current && close(item.id), 4_000);
      latest.current();
    } catch (problem) {
      if (here.current) change(item.id, { state: "failed", problem, stop: null });
      else complain(problem); // its row is gone with the page
    }
  };
  const bring = (files, folders) => {
    if (folders) toast("Folders are not uploaded; drop the files in them.", { kind: "plain" });
    for (const file of files) {
      const item = { id: ++last, path: folder + file.name, size: file.size, sent: 0, state: "sent" };
      setItems((old) => [...old, item]);
      queue.current = queue.current.then(() => one(item, file));
    }
  };
  return [items, bring, close];
}

async function allowed(workspace, where) {
  const { items } = await api.get(path`workspaces/${workspace}/files`, { prefix: where, limit: 1 });
  const there = items[0]?.path === where && items[0];
  if (!there) return true;
  return confirm({
    title: "Replace the file that is there?",
    text: `${visible(where, 300)} has ${bytes(there.size)}. Workers that read it find the new bytes, and the old ones are gone.`,
    action: "Replace", danger: true,
  });
}

/** PUT a file; fetch tells no progress of what it sends, so this is the older way. */
function send(where, file, onSent, onStart) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", new URL(`api/v1/${where}`, document.baseURI));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", session.value?.csrf || "");
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Problem(request.status, parsed(request.responseText))));
    request.onerror = () => reject(new Problem(0, { detail: "the upload broke off", hint: "nothing was changed; try again" }));
    request.onabort = () => reject(new Problem(0, { detail: "stopped; nothing was changed" }));
    onStart(() => request.abort());
    request.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** What is under way, and what went wrong. */
export function Uploads({ items, onClose }) {
  if (!items.length) return null;
  return html`<ul class="uploads card" aria-label="Uploads">${items.map((item) => html`<li key=${item.id} class=${item.state}>
    <span class="grow cut"><${Hostile} text=${item.path} most=${200} /></span>
    ${item.problem
      ? html`<span class="error" role="alert">${item.problem.message}${item.problem.hint && `; ${item.problem.hint}`}</span>`
      : html`<progress max=${item.size || 1} value=${item.size ? item.sent : 1} aria-label=${`Progress of ${visible(item.path, 80)}`}></progress>
        <span class="number soft">${item.state === "done" ? `uploaded, ${bytes(item.size)}` : `${bytes(item.sent)} of ${bytes(item.size)}`}</span>`}
    ${item.stop && html`<${Button} kind="quiet" icon="close" label="Stop this upload" onClick=${item.stop} />`}
    ${item.state !== "sent" && html`<${Button} kind="quiet" icon="close" label="Close" onClick=${() => onClose(item.id)} />`}
  </li>`)}</ul>`;
}
