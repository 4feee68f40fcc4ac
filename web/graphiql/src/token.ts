const KEY = "huntaze.token";

/**
 * The token of this browser tab: the one handed over in `#token=…`, else the one from before a reload, else "".
 * The fragment is taken out of the address bar, so that the token is neither bookmarked nor shared.
 */
export function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return sessionStorage.getItem(KEY) ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  return keepToken(given);
}

/** Keeps a token for as long as this browser tab lives and returns it bare, without spaces and without `Bearer`. */
export function keepToken(pasted: string): string {
  const token = pasted.trim().replace(/^Bearer\s+/i, "");
  sessionStorage.setItem(KEY, token);
  return token;
}
