const KEY = "huntaze.token";

/**
 * The token of this browser tab: the one handed over in `#token=…`, else the one from before a reload, else "".
 * The fragment is taken out of the address at once, so that the token is neither bookmarked nor shared.
 */
export function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return sessionStorage.getItem(KEY) ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  return keepToken(given);
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
