// The files of a workspace: folders, what they take, bringing and fetching.

import { html, useMemo, useRef, useState } from "../vendor/ui.js";
import { api, may, path } from "../core/api.js";
import { bytes, many, visible } from "../core/format.js";
import { usePoll } from "../core/live.js";
import { Link } from "../core/router.js";
import { Time } from "../core/time.js";
import { Button } from "../parts/button.js";
import { confirm } from "../parts/dialog.js";
import { hasFiles, useStay } from "../parts/drop.js";
import { HostileName } from "../parts/hostile.js";
import { Icon } from "../parts/icon.js";
import { Empty, Loading, Page, Trouble } from "../parts/page.js";
import { Plain, Table, sort } from "../parts/table.js";
import { Uploads, useUploads } from "./files/uploads.js";

const MOST = 5_000;
const PAGE = 500;
const LONG = 100;
const EVERY_MS = 5_000;
const RARELY_MS = 60_000; // where there are many, for each look at them costs the service more

export default function Files({ workspace, rest }) {
  const folder = rest.map((name) => `${name}/`).join("");
  const [found, setFound] = useState(null);
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  useStay();
  const chooser = useRef(null);
  const crowded = found?.items.length > PAGE;
  const [problem, again] = usePoll(async (signal) => setFound(await read(workspace, folder, signal)), crowded ? RARELY_MS : EVERY_MS, [workspace, folder, crowded]);
  const [uploads, bring, close] = useUploads(workspace, folder, again);
  const rows = useMemo(() => (found && found.folder === folder ? entries(found.items, folder) : null), [found, folder]);
  const writes = may("operator");
  const drag = writes ? dragging(depth, setOver, bring) : {};
  const remove = async (row) => {
    const text = `${visible(row.path, 300)} (${bytes(row.size)}) is deleted for good; workers find it no more.`;
    if (!await confirm({ title: "Delete this file?", text, action: "Delete", danger: true })) return;
    await api.del(path`workspaces/${workspace}/files/${row.path}`);
    await again();
  };
  const upload = writes && html`<${Button} kind="primary" icon="upload" onClick=${() => chooser.current.click()}>Upload<//>
    <input type="file" multiple hidden ref=${chooser} aria-label="Files to upload" onChange=${(event) => { bring([...event.currentTarget.files]); event.currentTarget.value = ""; }} />`;
  return html`<${Page} title=${rest.length ? visible(rest.at(-1), 120) : "Files"} crumbs=${crumbs(workspace, rest)} actions=${upload}>
    <${Trouble} problem=${problem} again=${again} />
    ${found && html`<${Usage} used=${found.used} limit=${found.limit} />`}
    <${Uploads} items=${uploads} onClose=${close} />
    <div class=${`files${over ? " over" : ""}`} ...${drag}>
      ${!rows && !problem && html`<${Loading} />`}
      ${rows && !rows.length && html`<${Nothing} workspace=${workspace} folder=${folder} writes=${writes} />`}
      ${rows?.length > 0 && html`<${List} rows=${rows} workspace=${workspace} folder=${rest} writes=${writes} remove=${remove} />`}
      ${found?.more && html`<p class="hint">Only the first ${MOST.toLocaleString("en-GB")} files are shown; go into a folder to see its own.</p>`}
      ${over && html`<p class="drop" aria-hidden="true"><${Icon} name="upload" size=${28} />Let go to upload to ${folder ? visible(folder, 80) : "this workspace"}</p>`}
    </div>
  <//>`;
}

async function read(workspace, folder, signal) {
  const items = [];
  let page;
  do {
    page = await api.get(path`workspaces/${workspace}/files`, { prefix: folder, limit: PAGE, cursor: page?.next }, { signal });
    items.push(...page.items);
  } while (page.next && items.length < MOST);
  return { folder, items, more: Boolean(page.next), used: page.used_bytes, limit: page.limit_bytes };
}

/** Give a row for each file of the folder, and one for each folder in it. */
function entries(items, folder) {
  const folders = new Map();
  const files = [];
  for (const item of items) {
    const [name, ...below] = item.path.slice(folder.length).split("/");
    if (!below.length) files.push({ ...item, name });
    else {
      const row = folders.get(name) || { name, path: `${folder}${name}/`, size: 0, files: 0, modified_at: 0 };
      folders.set(name, row);
      row.size += item.size;
      row.files += 1;
      row.modified_at = Math.max(row.modified_at, item.modified_at);
    }
  }
  return [...folders.values(), ...files];
}

function crumbs(workspace, rest) {
  if (!rest.length) return [];
  return [["Files", ["w", workspace, "files"]], ...rest.slice(0, -1).map((name, n) => [visible(name, 60), ["w", workspace, "files", ...rest.slice(0, n + 1)]])];
}

function dragging(depth, setOver, bring) {
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  return {
    onDragEnter: (event) => { if (hasFiles(event)) { stop(event); depth.current += 1; setOver(true); } },
    onDragOver: (event) => { if (hasFiles(event)) stop(event); },
    onDragLeave: (event) => { if (hasFiles(event)) { depth.current -= 1; if (depth.current <= 0) { depth.current = 0; setOver(false); } } },
    onDrop: (event) => {
      if (!hasFiles(event)) return;
      stop(event);
      depth.current = 0;
      setOver(false);
      const entriesOf = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
      bring([...event.dataTransfer.files].filter((_, n) => !entriesOf[n]?.isDirectory), entriesOf.some((entry) => entry?.isDirectory));
    },
  };
}

function Usage({ used, limit }) {
  const share = limit ? used / limit : 0;
  return html`<div class="usage"><progress class=${share > 0.9 ? "bad" : share > 0.75 ? "warn" : ""} max=${limit} value=${used} aria-label="Used of the quota"></progress>
    <span class="soft number">${bytes(used)} of ${bytes(limit)} used (${share > 0 && share < 0.01 ? "less than 1" : Math.round(share * 100)} %)</span></div>`;
}

function List({ rows, workspace, folder, writes, remove }) {
  const [sorted, setSorted] = useState({ key: "name", down: false });
  const columns = useMemo(() => columnsOf(workspace, folder, writes, remove), [workspace, folder.join("/"), writes]);
  const shown = sort(rows, columns, sorted, (row) => row.name);
  const parts = { label: "Files", columns, rows: shown, keyOf: (row) => row.path };
  if (rows.length <= LONG) return html`<${Plain} ...${parts} />`;
  return html`<${Table} ...${parts} sorted=${sorted} onSort=${(key) => setSorted({ key, down: sorted.key === key && !sorted.down })} />`;
}

function columnsOf(workspace, folder, writes, remove) {
  return [
    { key: "name", title: "Name", narrow: true, width: "auto", sort: (row) => `${row.files ? 0 : 1}${row.name}`, cell: (row) => html`<${Name} row=${row} workspace=${workspace} folder=${folder} />` },
    { key: "size", title: "Size", end: true, narrow: true, width: "7rem", sort: (row) => row.size, cell: (row) => bytes(row.size) },
    { key: "modified", title: "Modified", width: "10rem", sort: (row) => row.modified_at, cell: (row) => html`<${Time} at=${row.modified_at} />` },
    { key: "do", title: html`<span class="unseen">Actions</span>`, end: true, narrow: true, width: "6.500rem", cell: (row) => (row.files ? null : html`<span class="acts">
      <a class="button quiet icon-only" href=${new URL(`api/v1/${path`workspaces/${workspace}/files/${row.path}`}`, document.baseURI).href} download aria-label=${`Download ${visible(row.name, 80)}`} title="Download"><${Icon} name="download" /></a>
      ${writes && html`<${Button} kind="quiet" icon="trash" label=${`Delete ${visible(row.name, 80)}`} onClick=${() => remove(row)} />`}</span>`) },
  ];
}

function Name({ row, workspace, folder }) {
  if (!row.files) return html`<span class="file-name" title=${visible(row.path, 300)}><${HostileName} text=${row.name} /></span>`;
  return html`<${Link} class="file-name" to=${["w", workspace, "files", ...folder, row.name]} title=${visible(row.path, 300)}><${Icon} name="files" size=${18} /><${HostileName} text=${row.name} /><small>${many(row.files, "file")}</small><//>`;
}

function Nothing({ workspace, folder, writes }) {
  if (folder) return html`<${Empty} title="Nothing is in this folder"><p>A folder is there as long as a file is in it.</p><//>`;
  return html`<${Empty} title="No files yet">
    <p>Workers of this workspace share these files: what one writes with <code>ctx.files.write</code>, the others read, and you fetch here.</p>
    ${writes && html`<p>Upload one by the button above, by dropping it here, or from a shell:</p>
    <pre class="block">curl -T prices.csv -H "Authorization: Bearer $TOKEN" ${new URL(path`api/v1/workspaces/${workspace}/files/`, document.baseURI).href}prices.csv</pre>`}<//>`;
}
