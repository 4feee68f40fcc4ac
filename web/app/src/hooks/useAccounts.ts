import { create } from "zustand";
import { useShallow } from "zustand/react/shallow";

import type { Account } from "../store/entities";
import { useInbox } from "../store/inbox";
import { leftovers } from "../session/leftovers";

const KEY = "account";

/** The account everything is narrowed to; null: all of them. Of this tab, so that two tabs may look at two accounts. */
const useChoice = create<{ id: string | null }>(() => ({ id: leftovers.read<string | null>(KEY, null) }));

export function chooseAccount(id: string | null): void {
  useChoice.setState({ id });
  leftovers.keep(KEY, id);
}

/** All accounts, oldest first. */
export const useAccounts = (): Account[] =>
  useInbox(useShallow((state) => Object.values(state.accounts)));

export const useAccount = (id: string | null | undefined): Account | undefined =>
  useInbox((state) => (id ? state.accounts[id] : undefined));

/** The id of the account that is looked at, if it is one of the viewer's. */
export function useChosenAccount(): string | null {
  const id = useChoice((state) => state.id);
  return useInbox((state) => (id !== null && state.accounts[id] ? id : null));
}

/** Whether one of several accounts is looked at: what is counted of all of them has to say so. */
export function useNarrowed(): boolean {
  const chosen = useChosenAccount();
  return useAccounts().length > 1 && chosen !== null;
}

/** The same, outside of what is drawn. */
export function chosenAccount(): string | null {
  const { id } = useChoice.getState();
  return id !== null && useInbox.getState().accounts[id] ? id : null;
}

/** Conversations with unread messages, of the account that is looked at. */
export function useUnread(): number {
  const chosen = useChosenAccount();
  return useInbox((state) =>
    chosen === null ? Object.values(state.unread).reduce((sum, each) => sum + each, 0) : (state.unread[chosen] ?? 0),
  );
}

export const useUnreadOf = (id: string) => useInbox((state) => state.unread[id] ?? 0);
