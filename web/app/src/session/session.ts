import { create } from "zustand";

import { samePerson } from "./claims";
import { arrivedWith, bare, forgetEverythingOfThisTab, forgetToken, keepToken } from "./token";

/** `refused`: the server does not accept the token (any more); what was typed stays until another one is given. */
interface Session {
  token: string;
  refused: boolean;
}

export const useSession = create<Session>(() => ({ token: arrivedWith, refused: false }));

export const signedIn = () => {
  const { token, refused } = useSession.getState();
  return token !== "" && !refused;
};

/** The server refused this very token. A later one is not touched by the late answer of an earlier request. */
export function refuse(token: string): void {
  if (useSession.getState().token === token) useSession.setState({ refused: true });
}

/** Take another token. Another person's starts afresh, a colleague's of the same user too: nothing of the one before may be seen or sent by the next. */
export function signIn(pasted: string): void {
  const before = useSession.getState().token;
  const stranger = before !== "" && !samePerson(before, bare(pasted));
  const token = keepToken(pasted);
  if (!stranger) return useSession.setState({ token, refused: false });
  forgetEverythingOfThisTab();
  keepToken(token);
  location.assign("/");
}

export function signOut(): void {
  forgetEverythingOfThisTab();
  forgetToken();
  location.assign("/");
}

/** Resolves with a token that has not been refused: at once, or when a person gives one. */
export function validToken(): Promise<string> {
  if (signedIn()) return Promise.resolve(useSession.getState().token);
  return new Promise((resolve) => {
    const stop = useSession.subscribe(() => {
      if (!signedIn()) return;
      stop();
      resolve(useSession.getState().token);
    });
  });
}

/** A link with a token opened in this tab: take it, and out of the address. */
export function takeNewLinks(): void {
  addEventListener("hashchange", () => {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given === null) return;
    history.replaceState(null, "", location.pathname + location.search);
    signIn(given);
  });
}
