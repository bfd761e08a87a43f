// Files that are dragged over the page.

import { useEffect } from "../vendor/ui.js";

/** Whether a drag brings files. */
export const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Beside the place for them a browser would leave the page for the file: here it stays. */
export function useStay() {
  useEffect(() => {
    const stay = (event) => { if (hasFiles(event)) event.preventDefault(); };
    const names = ["dragover", "drop"];
    names.forEach((name) => addEventListener(name, stay));
    return () => names.forEach((name) => removeEventListener(name, stay));
  }, []);
}
