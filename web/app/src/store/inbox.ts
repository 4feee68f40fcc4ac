import { create } from "zustand";

import type { InboxEventsSubscription } from "../generated/operations";
import { leftovers } from "../session/leftovers";
import { absorb, depart, nothing, remove, type Entities, type News } from "./entities";
import type { Place, Reach } from "./order";
import { withoutArrived, type Outgoing } from "./outbox";

export type InboxEvent = InboxEventsSubscription["inboxEvents"];

/** How far a thread was fetched. `from`: its oldest message here; null with `complete`: there is nothing older. */
export interface Thread {
  from: Place | null;
  before: string | null;
  complete: boolean;
}

export interface List extends Reach {
  after: string | null;
  complete: boolean;
}

export interface Inbox extends Entities {
  threads: Readonly<Record<string, Thread>>;
  lists: Readonly<Record<string, List>>;
  outbox: readonly Outgoing[];
  /** Conversations with unread messages, by account. */
  unread: Readonly<Record<string, number>>;
  viewer: { id: string; userId: string; actor: string; timeZone: string } | null;
  /** Rises whenever everything has to be fetched again. */
  generation: number;
  /** Rises with each event: what only the server can judge is asked again. */
  news: number;
}

const OUTBOX = "outbox";

/** Under which name notes that are not saved yet are kept. */
export const notedOf = (fanId: string) => `noted.${fanId}`;

export const useInbox = create<Inbox>(() => ({
  ...nothing,
  threads: {},
  lists: {},
  outbox: leftovers.read<Outgoing[]>(OUTBOX, []).map(restored),
  unread: {},
  viewer: null,
  generation: 0,
  news: 0,
}));

/** A reload cuts a request short; with the same key it can be repeated. */
function restored(each: Outgoing): Outgoing {
  return each.state === "sending" || each.state === "repeating" ? { ...each, state: "waiting" } : each;
}

export function changeOutbox(change: (outbox: readonly Outgoing[]) => readonly Outgoing[]): void {
  useInbox.setState(({ outbox }) => ({ outbox: change(outbox) }));
  leftovers.keep(OUTBOX, useInbox.getState().outbox);
}

/** Takes in what an answer said. */
export function takeIn(news: News): void {
  useInbox.setState((state) => absorb(state, news));
  const arrived = [...(news.messages ?? []), ...(news.conversations ?? []).flatMap((talk) => talk.lastMessage ?? [])];
  if (withoutArrived(useInbox.getState().outbox, arrived) !== useInbox.getState().outbox)
    changeOutbox((outbox) => withoutArrived(outbox, arrived));
}

/** Takes in what happened. Types we do not know are passed over. */
export function happen(event: InboxEvent): void {
  useInbox.setState(({ news }) => ({ news: news + 1 }));
  switch (event.__typename) {
    case "MessageAdded":
    case "MessageUpdated":
      return takeIn({ messages: [event.message] });
    case "ConversationUpdated":
      return takeIn({ conversations: [event.conversation] });
    case "FanUpdated":
      return takeIn({ fans: [event.fan] });
    case "FanDeleted":
      return fanLeft(event.fanId, event.occurredAt);
    case "AccountUpdated":
      return takeIn({ accounts: [event.account] });
    case "MessageRemoved":
      useInbox.setState((state) => remove(state, event.messageId));
      return takeIn({ conversations: [event.conversation] });
    case "PaymentReceived":
      return takeIn({ fans: [event.fan], messages: event.unlockedMessage ? [event.unlockedMessage] : [] });
  }
}

/** Her thread is fetched again where it is open: what the server still has of it, it says. */
export function fanLeft(fanId: string, at: string): void {
  useInbox.setState((state) => {
    const talk = Object.values(state.conversations).find((each) => each.fanId === fanId);
    const { [talk?.id ?? ""]: _, ...threads } = state.threads;
    return { ...depart(state, fanId, at), threads };
  });
  leftovers.keep(notedOf(fanId), null);
}

/** Old lists and threads are no longer whole: forget how far they reach, and let the open ones fetch again. */
export function startAfresh(): void {
  const keep = useInbox.getState();
  useInbox.setState({ threads: {}, lists: {}, generation: keep.generation + 1, held: {}, messages: {}, conversations: {} });
}
