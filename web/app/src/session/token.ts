import { samePerson } from "./claims";

/** Of the names under which this tab keeps anything. */
export const PREFIX = "huntaze.";
const KEY = `${PREFIX}token`;

/**
 * The token of this browser tab: the one handed over in `#token=…`, else the one from before a reload, else "".
 * The fragment is taken out of the address at once, so that the token is neither bookmarked nor shared. Another
 * person's ends what the one before left in this tab.
 */
function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  const before = sessionStorage.getItem(KEY) ?? "";
  if (given === null) return before;
  history.replaceState(null, "", location.pathname + location.search);
  if (before !== "" && !samePerson(before, bare(given))) forgetEverythingOfThisTab();
  return keepToken(given);
}

export function forgetEverythingOfThisTab(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/** Keeps a token for as long as this tab lives; gives it bare, without spaces and without `Bearer`. */
export function keepToken(pasted: string): string {
  const token = bare(pasted);
  sessionStorage.setItem(KEY, token);
  return token;
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

export function bare(pasted: string): string {
  return pasted.trim().replace(/^Bearer\s+/i, "");
}

/** Read as this module is loaded, and whoever reads what was left in the tab loads it first. */
export const arrivedWith = readToken();
