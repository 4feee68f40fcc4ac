import type { AttachmentInput, ErrorCode } from "../generated/operations";
import type { Message } from "./entities";

/** What a person wrote into a conversation. */
export interface Draft {
  text: string;
  priceCents: number | null;
  attachments: readonly AttachmentInput[];
  scheduledAt: string | null;
}

/** Nothing to send: no text, nothing attached. */
export const isBlank = (draft: Draft) => draft.text.trim() === "" && draft.attachments.length === 0;

/** Nothing was begun at all; a price or a time may be set before the text is written. */
export const isUntouched = (draft: Draft) => isBlank(draft) && draft.priceCents === null && draft.scheduledAt === null;

/** Two drafts as one, the first in front. Pure. */
export function joined(first: Draft, second: Draft): Draft {
  return {
    text: [first.text, second.text].filter((text) => text.trim() !== "").join("\n"),
    priceCents: first.priceCents ?? second.priceCents,
    attachments: [...first.attachments, ...second.attachments],
    scheduledAt: first.scheduledAt ?? second.scheduledAt,
  };
}

/** One message on its way to the server. Shown as a bubble until the server's own copy is here. */
export interface Outgoing extends Draft {
  /** The idempotency key: however often it is repeated, it is sent once. */
  clientKey: string;
  /** Of the conversation, or of a fan without one. */
  conversationId: string;
  toFan: boolean;
  writtenAt: string;
  /** The last message its writer saw; null: not known, or an own one that is on its way too. */
  seen: string | null;
  /** The key of the own message before it, which the server must have first. */
  behind: string | null;
  /**
   * waiting: for its turn; sending; repeating: no answer came, it is tried again; overtaken: a colleague wrote first;
   * refused: the server will not take it.
   */
  state: "waiting" | "sending" | "repeating" | "overtaken" | "refused";
  words: string | null;
}

/** The next one to send, if there is any: per conversation one after another, in the order they were written. Pure. */
export function nextToSend(outbox: readonly Outgoing[]): Outgoing | undefined {
  const busy = new Set<string>();
  for (const each of outbox) {
    if (each.state === "refused") continue;
    if (each.state === "waiting" && !busy.has(each.conversationId)) return each;
    busy.add(each.conversationId);
  }
  return undefined;
}

/** What is on its way to a conversation; what was written to its fan before there was one, too. Pure. */
export function outgoingTo(id: string, fanId: string | undefined, outbox: readonly Outgoing[]): readonly Outgoing[] {
  return outbox.filter((each) => each.conversationId === (each.toFan ? fanId : id));
}

/** Those whose messages have not arrived yet. Pure. */
export function withoutArrived(outbox: readonly Outgoing[], arrived: readonly Message[]): readonly Outgoing[] {
  const keys = new Set(arrived.map((message) => message.clientKey));
  const left = outbox.filter((each) => !keys.has(each.clientKey));
  return left.length === outbox.length ? outbox : left;
}

/** What a person has to look at before it can be sent, by the conversation or fan it was written to. Pure. */
export function unsent(outbox: readonly Outgoing[]): ReadonlyMap<string, readonly [Outgoing, ...Outgoing[]]> {
  const found = new Map<string, [Outgoing, ...Outgoing[]]>();
  for (const each of outbox) {
    if (each.state !== "refused" && each.state !== "overtaken") continue;
    found.set(each.conversationId, [...(found.get(each.conversationId) ?? []), each] as [Outgoing, ...Outgoing[]]);
  }
  return found;
}

export type AfterConflict = { state: "again"; seen: string | null } | { state: "overtaken" };

/**
 * Something came before it: did a colleague write, so that the answer may be given twice? What the fan wrote meanwhile,
 * campaigns and our own messages are no reason to stop. `since`: what the thread holds after the last message seen.
 */
export function afterConflict(since: readonly Message[], own: ReadonlySet<string>): AfterConflict {
  const byColleague = since.some(
    (message) =>
      message.direction === "OUT" &&
      message.origin !== "CAMPAIGN" &&
      !message.delivery?.scheduledAt &&
      !own.has(message.clientKey ?? ""),
  );
  return byColleague ? { state: "overtaken" } : { state: "again", seen: since.at(-1)?.id ?? null };
}

/** Errors after which the same message may well be taken later. */
export const PASSING: readonly ErrorCode[] = ["RATE_LIMITED"];
