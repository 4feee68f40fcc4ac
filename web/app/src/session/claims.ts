export interface Claims {
  iss?: string;
  sub?: string;
  /** Who acts for the user; by RFC 8693 an object. */
  act?: unknown;
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

/** Are both tokens of one person, acting for one user, as far as they say? */
export function samePerson(one: string, other: string): boolean {
  const [a, b] = [claimsOf(one), claimsOf(other)];
  return a.sub !== undefined && a.sub === b.sub && a.iss === b.iss && actorOf(a) === actorOf(b);
}

/** As the server reads it (services/access/principal.py); where it would refuse the token, something nobody is called. */
function actorOf({ sub, act }: Claims): unknown {
  const acting = typeof act === "object" && act !== null ? ("sub" in act ? act.sub : "") : act;
  return acting ?? sub;
}
