import { create } from "zustand";

import { everything, type Wanted } from "../store/order";
import { chosenAccount, useChosenAccount } from "./useAccounts";

/** What the list of conversations asks for; it stays while other pages are looked at. */
const useChoice = create<Wanted>(() => everything);

export const want = (changed: Partial<Wanted>) => useChoice.setState(changed);

export function useWanted(): Wanted {
  const accountId = useChosenAccount();
  return { ...useChoice(), accountId };
}

/** May the list leave out a conversation of this account with a new message? By words, filters or another account. */
export function isNarrowed(accountId: string | undefined): boolean {
  const wanted = useChoice.getState();
  const chosen = chosenAccount();
  return wanted.search.trim() !== "" || filtersOf(wanted) > 0 || (chosen !== null && chosen !== accountId);
}

/** How many filters narrow the list, the search and the view not counted. */
export function filtersOf(wanted: Wanted): number {
  const given = [wanted.platform, wanted.minValueCents, wanted.from, wanted.to].filter((each) => each !== null);
  return given.length + (wanted.tags.length > 0 ? 1 : 0);
}
