// Which colours are shown: those that the person chose, else those of the system.

import { useEffect, useState } from "../vendor/ui.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

const themeOf = () => document.documentElement.dataset.theme || (DARK.matches ? "dark" : "light");

/** The theme of now, "dark" or "light"; another one draws anew. */
export function useTheme() {
  const [theme, setTheme] = useState(themeOf());
  useEffect(() => {
    const turn = () => setTheme(themeOf());
    addEventListener("theme", turn);
    DARK.addEventListener("change", turn);
    return () => {
      removeEventListener("theme", turn);
      DARK.removeEventListener("change", turn);
    };
  }, []);
  return theme;
}

/** Choose one, for the next time, too. */
export function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* for this page alone then */ }
  dispatchEvent(new Event("theme"));
}
