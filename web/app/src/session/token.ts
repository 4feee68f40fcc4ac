/** Of the names under which this tab keeps anything. */
export const PREFIX = "huntaze.";
const KEY = `${PREFIX}token`;

/**
 * The token of this browser tab: the one handed over in `#token=…`, else the one from before a reload, else "".
 * The fragment is taken out of the address at once, so that the token is neither bookmarked nor shared. Another user's
 * ends what the one before left in this tab.
 */
function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  const before = sessionStorage.getItem(KEY) ?? "";
  if (given === null) return before;
  history.replaceState(null, "", location.pathname + location.search);
  if (before !== "" && !sameUser(before, bare(given))) forgetEverythingOfThisTab();
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

export interface Claims {
  iss?: string;
  sub?: string;
  exp?: number;
}

/** What a token says of itself; {} where it is none. Only the server can tell whether it is true. */
export function claimsOf(token: string): Claims {
  try {
    const middle = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(middle.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
  } catch {
    return {};
  }
}

/** Are both tokens of one user, as far as they say? */
export function sameUser(one: string, other: string): boolean {
  const [a, b] = [claimsOf(one), claimsOf(other)];
  return a.sub !== undefined && a.sub === b.sub && a.iss === b.iss;
}

/** Read as this module is loaded, and whoever reads what was left in the tab loads it first. */
export const arrivedWith = readToken();
