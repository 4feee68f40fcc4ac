import { UnreadDocument, ViewerDocument, AllowancesDocument } from "../generated/operations";
import { ask } from "./http";

/** Who is signed in, her accounts, and where the live inbox stands: to be asked before any list. */
export const fetchViewer = async () => (await ask(ViewerDocument, {})).viewer;

/** Conversations with unread messages, by account. */
export async function fetchUnread(): Promise<Record<string, number>> {
  const { accounts } = (await ask(UnreadDocument, {})).viewer;
  return Object.fromEntries(accounts.map((each) => [each.id, each.unreadConversations]));
}

export const fetchAllowances = async () => (await ask(AllowancesDocument, {})).viewer.allowances;
