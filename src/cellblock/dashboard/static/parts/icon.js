// Icons, drawn with one line of 1.6 on a field of 20 by 20. They say nothing to a screen reader;
// what they stand on has a label.

import { html } from "../vendor/ui.js";

const PATHS = {
  workers: "M3 5h14M3 10h14M3 15h14M6 3v4M12 8v4M8 13v4",
  files: "M3 5.5A1.5 1.5 0 0 1 4.500 4h3.600l1.900 2h5.500A1.500 1.500 0 0 1 17 7.500v7A1.500 1.500 0 0 1 15.500 16h-11A1.500 1.500 0 0 1 3 14.500z",
  connections: "M8 12 12 8M7 9 5.500 10.500a3 3 0 0 0 4.200 4.200L11 13.300M13 11l1.500-1.500a3 3 0 0 0-4.200-4.200L9 6.700",
  alerts: "M10 3a4.500 4.500 0 0 1 4.500 4.500c0 4 1.500 5 1.500 5H4s1.500-1 1.500-5A4.500 4.500 0 0 1 10 3zM8.500 15.500a1.600 1.600 0 0 0 3 0",
  access: "M12.500 3.500a4 4 0 1 1-3.600 5.700L3.500 14.500V17H6v-2h2v-2l1.600-1.600M13.500 6.500v.1",
  audit: "M6 3h8v14H6zM8.500 7h3M8.500 10h3M8.500 13h3",
  system: "M4 4h12v5H4zM4 11h12v5H4zM7 6.500v.1M7 13.500v.1",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  search: "M9 3.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11zM13.200 13.200 17 17",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  pause: "M7 4v12M13 4v12",
  restart: "M16 10a6 6 0 1 1-1.800-4.300M16 3v3.500h-3.500",
  tick: "M11 3 5 11h4l-1 6 6-8h-4z",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6M8.700 9v4M11.300 9v4",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  upload: "M10 13V4M6 8l4-4 4 4M4 16h12",
  menu: "M3 5h14M3 10h14M3 15h14",
  sun: "M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.400 1.400M14.300 14.300l1.400 1.400M4.300 15.700l1.400-1.400M14.300 5.700l1.400-1.400",
  moon: "M16 11.500A6.500 6.500 0 0 1 8.500 4 6.500 6.500 0 1 0 16 11.500z",
  user: "M10 3.500a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM4 17c0-3.300 2.700-5.500 6-5.500s6 2.200 6 5.500",
  leave: "M8 4H4v12h4M12 6l4 4-4 4M16 10H8",
  check: "M4 10.500 8 14.500 16 5.500",
  cross: "M5 5l10 10M15 5 5 15",
  warn: "M10 3 18 16.500H2zM10 8v4M10 14v.1",
  right: "M8 5l5 5-5 5",
  down: "M5 8l5 5 5-5",
  copy: "M7 7h9v9H7zM4 13V4h9",
  edit: "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3",
  more: "M5 10v.1M10 10v.1M15 10v.1",
  shield: "M10 2.500 16 5v5c0 4-2.700 6.500-6 7.500-3.300-1-6-3.500-6-7.500V5z",
};

/** An icon by its name. */
export function Icon({ name, size = 16 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" fill="none" stroke="currentColor"
    stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
