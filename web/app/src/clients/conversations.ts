import { ConversationsDocument, MarkReadDocument, type ConversationFilter } from "../generated/operations";
import { takeIn } from "../store/inbox";
import { dayStart, type Wanted } from "../store/order";
import { ask, change, demandNone } from "./http";

const PAGE = 40;

/** The filter in the server's words. */
export function filterOf(wanted: Wanted): ConversationFilter {
  return {
    unreadOnly: wanted.view === "unread" || null,
    awaitingReply: wanted.view === "unanswered" || null,
    platform: wanted.platform,
    accountIds: wanted.accountId ? [wanted.accountId] : null,
    search: wanted.search.trim() || null,
    tags: wanted.tags.length > 0 ? [...wanted.tags] : null,
    minFanValueCents: wanted.minValueCents,
    activeAfter: wanted.from ? dayStart(wanted.from) : null,
    // The server includes its bounds; the next day's midnight belongs to the next day.
    activeBefore: wanted.to ? new Date(Date.parse(dayStart(wanted.to, 1)) - 1).toISOString() : null,
  };
}

export async function fetchConversations(wanted: Wanted, after: string | null) {
  return (await ask(ConversationsDocument, { first: PAGE, after, filter: filterOf(wanted) })).conversations;
}

/** What was on screen, up to and with one message, is read. */
export async function markRead(id: string, throughMessageId: string | null): Promise<void> {
  const { conversation, errors } = (await change(MarkReadDocument, { id, throughMessageId })).markConversationRead;
  demandNone(errors);
  if (conversation) takeIn({ conversations: [conversation] });
}
