import type { Conversation, Entities, Fan, Message } from "./entities";

/** Where a row stands: a moment, and an id that decides between equals. */
export interface Place {
  at: string;
  id: string;
}

export function compare(one: Place, other: Place): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

const NOT_YET = "9999";

/** Messages stand where they were written; those of campaigns and schedules where they were sent, until then last. */
export function placeOf(message: Message): Place {
  return { at: awaits(message) ? NOT_YET + momentOf(message) : momentOf(message), id: message.id };
}

/** When a message was written; one of a campaign or a schedule: when it was sent, or shall be. */
export function momentOf(message: Message): string {
  const { createdAt, delivery, origin } = message;
  const later = origin === "CAMPAIGN" || Boolean(delivery?.scheduledAt);
  if (later && delivery?.sentAt) return delivery.sentAt;
  return awaits(message) && delivery?.scheduledAt ? delivery.scheduledAt : createdAt;
}

/** Its time has not come. */
const awaits = ({ delivery, status }: Message) =>
  Boolean(delivery?.scheduledAt) && !delivery?.sentAt && (status === "PENDING" || status === "QUEUED");

/** Up to which message a thread has been read by whoever sees its end: what waits there is not of now. */
export function lastToRead(messages: readonly Message[]): Message | undefined {
  return messages.findLast(({ direction }) => direction === "IN") ?? messages.findLast((message) => !awaits(message));
}

/** The messages held of a conversation from a place on, oldest first; null: from the very first. */
export function thread(entities: Entities, conversationId: string, from: Place | null): Message[] {
  const held = (entities.held[conversationId] ?? []).map((id) => entities.messages[id]).filter((each) => each !== undefined);
  const placed = held.map((message) => ({ message, place: placeOf(message) }));
  const shown = from === null ? placed : placed.filter(({ place }) => compare(place, from) >= 0);
  return shown.sort((one, other) => compare(one.place, other.place)).map(({ message }) => message);
}

/** What a list of conversations asks for; the server's words for it are in clients/conversations.ts. */
export interface Wanted {
  view: "all" | "unread" | "unanswered";
  search: string;
  platform: Conversation["platform"] | null;
  accountId: string | null;
  tags: readonly string[];
  /** Least value of the fan, in cents. */
  minValueCents: number | null;
  /** Days of the last message, local, both included: 2026-11-24. */
  from: string | null;
  to: string | null;
}

export const everything: Wanted = {
  view: "all",
  search: "",
  platform: null,
  accountId: null,
  tags: [],
  minValueCents: null,
  from: null,
  to: null,
};

/** Midnight at the beginning of a local day, or of the day after it. */
export function dayStart(day: string, plus = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + plus).toISOString();
}

/** Does a conversation belong to a list? The same decision as the server's, but for the words that are searched. */
export function belongs(wanted: Wanted, talk: Conversation, fan: Fan | undefined): boolean {
  if (!fan || fan.deletedAt || talk.lastMessageAt === null) return false;
  if (wanted.view === "unread" && talk.unreadCount === 0) return false;
  if (wanted.view === "unanswered" && !talk.awaitingReply) return false;
  if (wanted.platform && talk.platform !== wanted.platform) return false;
  if (wanted.accountId && talk.account?.id !== wanted.accountId) return false;
  if (wanted.minValueCents !== null && fan.valueCents < wanted.minValueCents) return false;
  if (wanted.from && talk.lastMessageAt < dayStart(wanted.from)) return false;
  if (wanted.to && talk.lastMessageAt >= dayStart(wanted.to, 1)) return false;
  const carried = fan.tags.map((tag) => tag.toLowerCase());
  return wanted.tags.every((tag) => carried.includes(tag.toLowerCase()));
}

/** How far a list was fetched. `until`: the last row, null when all of it is here; `hits`: what a search found. */
export interface Reach {
  until: Place | null;
  hits: readonly string[] | null;
}

/** The rows of a list, newest first. `kept` stays in it although it may belong no longer, while it is open. */
export function rows(entities: Entities, wanted: Wanted, reach: Reach, kept: string | null): Conversation[] {
  const candidates = reach.hits
    ? reach.hits.flatMap((id) => entities.conversations[id] ?? [])
    : Object.values(entities.conversations);
  return candidates
    .filter((talk) => {
      const fan = entities.fans[talk.fanId];
      if (fan?.deletedAt || !talk.lastMessageAt) return false;
      if (talk.id === kept && belongs({ ...wanted, view: "all" }, talk, fan)) return within(reach, talk);
      return belongs(wanted, talk, fan) && within(reach, talk);
    })
    .sort((one, other) => compare(rowPlace(other), rowPlace(one)));
}

const within = (reach: Reach, talk: Conversation) => reach.until === null || compare(rowPlace(talk), reach.until) >= 0;

export const rowPlace = (talk: Conversation): Place => ({ at: talk.lastMessageAt ?? "", id: talk.id });
