// Light or dark: as the device has it until somebody chooses. The choice is kept in this browser.
import { useEffect, useState } from "react";
import { Icon } from "./icon";

const KEY = "tollgate.theme";
const DARK = "(prefers-color-scheme: dark)";
type Choice = "light" | "dark";

function chosen(): Choice | null {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
}

function wished(): Choice {
  return chosen() ?? (matchMedia(DARK).matches ? "dark" : "light");
}

/** Before anything is drawn. */
export function dress(): void {
  document.documentElement.dataset.theme = wished();
}

export function Theme() {
  const [theme, setTheme] = useState(wished);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const device = matchMedia(DARK);
    const follow = () => setTheme(wished());
    device.addEventListener("change", follow);
    return () => device.removeEventListener("change", follow);
  }, []);
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    localStorage.setItem(KEY, other);
    setTheme(other);
  };
  return (
    <button type="button" className="button quiet icon" onClick={change} aria-label={`Use ${other} colours`}>
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
