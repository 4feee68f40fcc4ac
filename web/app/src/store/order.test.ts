import { expect, test } from "vitest";

import { absorb, nothing, type Entities, type Message } from "./entities";
import { belongs, everything, lastToRead, momentOf, placeOf, rows, thread, type Wanted } from "./order";
import type { ConversationPartsFragment } from "../generated/operations";

const at = (minute: number) => `2026-11-25T12:${String(minute).padStart(2, "0")}:00.000Z`;

const message = (id: string, minute: number, changed: Partial<Message> = {}): Message => ({
  __typename: "Message", id, version: 1, direction: "OUT", origin: "USER", sentBy: null, clientKey: null, text: id, priceCents: null,
  purchasedAt: null, status: "SENT", createdAt: at(minute), attachments: [], conversation: { id: "c" }, fan: { id: "f" },
  delivery: { queuedAt: null, sentAt: null, deliveredAt: null, estimatedSendTime: null, waitReason: null, scheduledAt: null, failureReason: null },
  ...changed,
});

const delivery = (changed: Partial<NonNullable<Message["delivery"]>>) => ({ ...message("x", 0).delivery!, ...changed });

const talk = (id: string, minute: number, changed: Partial<ConversationPartsFragment> = {}): ConversationPartsFragment => ({
  __typename: "Conversation", id, version: 1, platform: "SANDBOX", lastMessageAt: at(minute), lastIncomingAt: null, awaitingReply: false,
  unreadCount: 0, account: { id: "a" }, lastMessage: null,
  fan: {
    __typename: "Fan", id: `fan of ${id}`, version: 1, name: id, handle: null, email: null, avatar: null, platform: "SANDBOX", platformFanId: null,
    tags: ["VIP", "new"], valueCents: 500, lastSeenAt: null, notes: null, createdAt: at(0), deletedAt: null, account: { id: "a" },
  },
  ...changed,
});

const ids = (entities: Entities, wanted: Wanted = everything, until: number | null = null, kept: string | null = null) =>
  rows(entities, wanted, { until: until === null ? null : { at: at(until), id: "" }, hits: null }, kept).map((each) => each.id);

test("a thread is in order, whatever order its messages came in, and begins where it was fetched from", () => {
  const entities = absorb(nothing, { messages: [message("c", 3), message("a", 1), message("b", 2), message("b2", 2)] });
  expect(thread(entities, "c", null).map((each) => each.id)).toEqual(["a", "b", "b2", "c"]);
  expect(thread(entities, "c", { at: at(2), id: "b" }).map((each) => each.id)).toEqual(["b", "b2", "c"]);
});

test("a scheduled message stands last until it is sent, then where it was sent; so does one of a campaign", () => {
  const waits = message("s", 1, { status: "PENDING", delivery: delivery({ scheduledAt: at(50) }) });
  const sent = message("s", 1, { delivery: delivery({ scheduledAt: at(50), sentAt: at(50) }) });
  const campaign = message("k", 1, { origin: "CAMPAIGN", delivery: delivery({ sentAt: at(30) }) });
  expect(placeOf(waits).at > at(59)).toBe(true);
  expect(placeOf(sent).at).toBe(at(50));
  expect(placeOf(campaign).at).toBe(at(30));
  expect(placeOf(message("u", 7)).at).toBe(at(7));
});

test("a message is told the time of its place, one that waits the time it is meant for", () => {
  const waits = message("s", 1, { status: "QUEUED", delivery: delivery({ scheduledAt: at(50) }) });
  const taken = message("s", 1, { status: "CANCELLED", delivery: delivery({ scheduledAt: at(50) }) });
  const late = message("s", 1, { delivery: delivery({ scheduledAt: at(50), sentAt: at(52) }) });
  const campaign = message("k", 1, { origin: "CAMPAIGN", delivery: delivery({ sentAt: at(30) }) });
  expect([waits, taken, late, campaign, message("u", 7)].map(momentOf)).toEqual([at(50), at(1), at(52), at(30), at(7)]);
});

test("read is up to what the fan wrote last, not up to what waits behind it", () => {
  const waits = message("s", 1, { status: "PENDING", delivery: delivery({ scheduledAt: at(50) }) });
  const fan = message("f", 5, { direction: "IN", origin: "FAN", status: "RECEIVED" });
  expect(lastToRead([fan, message("own", 6), waits])?.id).toBe("f");
  expect(lastToRead([message("own", 6), waits])?.id).toBe("own");
  expect(lastToRead([waits])).toBe(undefined);
});

test("a list is newest first, down to where it was fetched", () => {
  const entities = absorb(nothing, { conversations: [talk("old", 1), talk("new", 9), talk("middle", 5)] });
  expect(ids(entities)).toEqual(["new", "middle", "old"]);
  expect(ids(entities, everything, 5)).toEqual(["new", "middle"]);
});

test("who is deleted and who has no message yet is in no list", () => {
  const gone = talk("gone", 3);
  const entities = absorb(nothing, {
    conversations: [{ ...gone, fan: { ...gone.fan, deletedAt: at(4) } }, talk("empty", 0, { lastMessageAt: null }), talk("here", 1)],
  });
  expect(ids(entities)).toEqual(["here"]);
});

test("what is open stays among the unread although it was read", () => {
  const entities = absorb(nothing, { conversations: [talk("read", 1), talk("unread", 2, { unreadCount: 1 })] });
  const unread: Wanted = { ...everything, view: "unread" };
  expect(ids(entities, unread)).toEqual(["unread"]);
  expect(ids(entities, unread, null, "read")).toEqual(["unread", "read"]);
});

test.each<[Partial<Wanted>, boolean]>([
  [{}, true],
  [{ view: "unanswered" }, false],
  [{ platform: "ONLYFANS" }, false],
  [{ accountId: "a" }, true],
  [{ accountId: "b" }, false],
  [{ tags: ["vip"] }, true],
  [{ tags: ["vip", "premium"] }, false],
  [{ minValueCents: 500 }, true],
  [{ minValueCents: 501 }, false],
  [{ from: "2026-11-20" }, true],
  [{ from: "2026-11-27" }, false],
  [{ to: "2026-11-27" }, true],
  [{ to: "2026-11-20" }, false],
])("the filter %o decides as the server does: %s", (wanted, expected) => {
  const { fan, lastMessage: _, ...rest } = talk("t", 5);
  expect(belongs({ ...everything, ...wanted }, { ...rest, fanId: fan.id, lastMessageId: null }, fan)).toBe(expected);
});
