import { create } from "zustand";

const KEY = "huntaze.preferences";

/** How this person likes it, on this device. No names and no texts: it outlives the tab. */
interface Preferences {
  theme: "system" | "light" | "dark";
  /** Are pictures of other hosts loaded at once, or when they are asked for? */
  pictures: "load" | "ask";
  notify: boolean;
  fanOpen: boolean;
}

const usual: Preferences = { theme: "system", pictures: "load", notify: false, fanOpen: true };

function read(): Preferences {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return usual;
  }
}

export const usePreferences = create<Preferences>(read);

export function prefer(changed: Partial<Preferences>): void {
  usePreferences.setState(changed);
  localStorage.setItem(KEY, JSON.stringify(usePreferences.getState()));
  applyTheme();
}

export function applyTheme(): void {
  const { theme } = usePreferences.getState();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
