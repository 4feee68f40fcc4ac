import { InboxEventsDocument, type InboxEventsSubscription } from "../generated/operations";
import { happen, startAfresh, takeIn, useInbox, type InboxEvent } from "../store/inbox";
import { Unanswered } from "./http";
import { pause } from "./repeat";
import { socket, useConnection } from "./socket";
import { fetchUnread, fetchViewer } from "./viewer";

/** `live`: it happens now, and is not one of the things missed while we were away. */
export type Listener = (event: InboxEvent, live: boolean) => void;

const COUNT_AGAIN_MS = 300;
const TRY_AGAIN_MS = 2_000;

/**
 * Keeps the inbox as the server has it. The cursor is asked for before any list, and each event's is kept, so that
 * nothing falls between: after a cut what was missed comes first, in order and once.
 */
export async function followInbox(listener: Listener): Promise<void> {
  const variables = { after: await begin() };
  let live = false;
  useConnection.subscribe(({ connected }) => {
    if (!connected) live = false;
  });
  const take = (event: InboxEvent) => {
    if (event.__typename === "InboxReady") live = true;
    else if (event.__typename === "ResyncRequired") void readAgain();
    else happen(event);
    if (event.__typename === "ConversationUpdated" || event.__typename === "FanDeleted") void countAgain();
    // Kept before anybody hears of it: what fails there must not bring the event a second time.
    variables.after = event.cursor;
    listener(event, live);
  };
  const again = async () => {
    live = false;
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    subscribe();
  };
  const subscribe = () =>
    socket.subscribe<InboxEventsSubscription>(
      { query: InboxEventsDocument.toString(), variables },
      {
        next: ({ data, errors }) => {
          if (data) take(data.inboxEvents);
          else if (errors?.[0]?.extensions?.["code"] === "BAD_USER_INPUT") void startOver(variables);
        },
        error: (fault) => void (isBadCursor(fault) ? startOver(variables).then(again) : again()),
        complete: () => void again(),
      },
    );
  subscribe();
}

/** The first answer of all. Tried until there is one: without it there is nothing to show. */
async function begin(): Promise<string> {
  for (;;) {
    try {
      const { accounts, inboxCursor, ...viewer } = await fetchViewer();
      takeIn({ accounts });
      const unread = Object.fromEntries(accounts.map((each) => [each.id, each.unreadConversations]));
      useInbox.setState({ viewer, unread });
      return inboxCursor;
    } catch (fault) {
      if (!(fault instanceof Unanswered)) throw fault;
      useConnection.setState((state) => ({ since: state.since ?? Date.now() }));
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** Everything may have changed. The cursor of the event stays: what comes after it comes by itself. */
async function readAgain(): Promise<void> {
  startAfresh();
  await begin();
}

async function startOver(variables: { after: string }): Promise<void> {
  variables.after = await begin();
  startAfresh();
}

function isBadCursor(fault: unknown): boolean {
  return Array.isArray(fault) && fault[0]?.extensions?.code === "BAD_USER_INPUT";
}

let counted = true;
let counting = false;

/** After each event, one count at a time, until one has begun after the last event and been answered. */
async function countAgain(): Promise<void> {
  counted = false;
  if (counting) return;
  counting = true;
  for (let wait = COUNT_AGAIN_MS; !counted; ) {
    await pause(wait);
    counted = true;
    try {
      useInbox.setState({ unread: await fetchUnread() });
    } catch {
      counted = false; // no answer: the number is not known to be right
      wait = TRY_AGAIN_MS;
    }
  }
  counting = false;
}
