import type {
  AccountPartsFragment,
  ConversationPartsFragment,
  FanPartsFragment,
  MessagePartsFragment,
} from "../generated/operations";

export type Account = AccountPartsFragment;
export type Fan = FanPartsFragment;
export type Message = MessagePartsFragment;
/** A conversation with its fan and last message by id. */
export type Conversation = Omit<ConversationPartsFragment, "fan" | "lastMessage"> & {
  fanId: string;
  lastMessageId: string | null;
};

/** Everything held of the inbox, each object once. Objects of one kind always have the same fields. */
export interface Entities {
  accounts: Readonly<Record<string, Account>>;
  fans: Readonly<Record<string, Fan>>;
  conversations: Readonly<Record<string, Conversation>>;
  messages: Readonly<Record<string, Message>>;
  /** The messages held of each conversation, in no order. */
  held: Readonly<Record<string, readonly string[]>>;
  /** Removed by the platform: a late answer must not bring one back. */
  removed: Readonly<Record<string, true>>;
}

export const nothing: Entities = { accounts: {}, fans: {}, conversations: {}, messages: {}, held: {}, removed: {} };

export interface News {
  accounts?: readonly Account[];
  fans?: readonly Fan[];
  conversations?: readonly ConversationPartsFragment[];
  messages?: readonly Message[];
}

interface Versioned {
  id: string;
  version: number;
}

/** Takes in what the server said. What is older than what is held is old news, and dropped. Pure. */
export function absorb(entities: Entities, news: News): Entities {
  const talks = news.conversations ?? [];
  const fans = merged(entities.fans, [...talks.map((talk) => talk.fan), ...(news.fans ?? [])]);
  const last = talks.flatMap((talk) => (talk.lastMessage ? [talk.lastMessage] : []));
  const arrived = [...last, ...(news.messages ?? [])].filter((message) => !entities.removed[message.id]);
  return {
    accounts: merged(entities.accounts, news.accounts ?? []),
    fans,
    conversations: merged(entities.conversations, talks.map(flat)),
    messages: merged(entities.messages, arrived),
    held: indexed(entities.held, arrived),
    removed: entities.removed,
  };
}

/** Takes a message out for good. Pure. */
export function remove(entities: Entities, messageId: string): Entities {
  const { [messageId]: gone, ...messages } = entities.messages;
  const removed = { ...entities.removed, [messageId]: true as const };
  if (!gone) return { ...entities, removed };
  const talk = gone.conversation.id;
  const held = { ...entities.held, [talk]: (entities.held[talk] ?? []).filter((id) => id !== messageId) };
  return { ...entities, messages, held, removed };
}

/**
 * The fan is in no list any more, until newer news of her says otherwise. She may have been erased: of what was held of
 * her the name alone is left, and nothing of what was written. Pure.
 */
export function depart(entities: Entities, fanId: string, at: string): Entities {
  const fan = entities.fans[fanId];
  if (!fan || fan.deletedAt) return entities;
  const left: Fan = { ...fan, ...unknown, deletedAt: at, version: fan.version + 1 };
  const hers = Object.values(entities.messages).filter((message) => message.fan.id === fanId);
  const ids = new Set(hers.map((message) => message.id));
  const messages = Object.fromEntries(Object.entries(entities.messages).filter(([id]) => !ids.has(id)));
  const talks = new Set(hers.map((message) => message.conversation.id));
  const held = Object.fromEntries(Object.entries(entities.held).filter(([id]) => !talks.has(id)));
  return { ...entities, messages, held, fans: { ...entities.fans, [fanId]: left } };
}

const unknown = { handle: null, email: null, avatar: null, notes: null, tags: [] };

function flat({ fan, lastMessage, ...rest }: ConversationPartsFragment): Conversation {
  return { ...rest, fanId: fan.id, lastMessageId: lastMessage?.id ?? null };
}

function merged<Kind extends Versioned>(
  held: Readonly<Record<string, Kind>>,
  arrived: readonly Kind[],
): Readonly<Record<string, Kind>> {
  let next: Record<string, Kind> | undefined;
  for (const each of arrived) {
    const known = (next ?? held)[each.id];
    if (known && known.version > each.version) continue;
    next ??= { ...held };
    next[each.id] = each;
  }
  return next ?? held;
}

function indexed(held: Entities["held"], arrived: readonly Message[]): Entities["held"] {
  let next: Record<string, readonly string[]> | undefined;
  for (const { id, conversation } of arrived) {
    const known = (next ?? held)[conversation.id] ?? [];
    if (known.includes(id)) continue;
    next ??= { ...held };
    next[conversation.id] = [...known, id];
  }
  return next ?? held;
}
