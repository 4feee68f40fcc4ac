import { PREFIX } from "./token";

/** Text that is not sent yet, kept in this tab alone: it survives a reload and ends with the tab. */
export const leftovers = {
  read<Value>(name: string, otherwise: Value): Value {
    try {
      return (JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null") as Value | null) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  keep(name: string, value: unknown): void {
    try {
      sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // The store of the tab is full: the text stays on the page, it only does not survive a reload.
    }
  },
};
