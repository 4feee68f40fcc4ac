import { expect, test } from "vitest";

import { absorb, depart, nothing, remove, type Fan, type Message } from "./entities";
import type { ConversationPartsFragment } from "../generated/operations";

const fan = (version: number, changed: Partial<Fan> = {}): Fan => ({
  __typename: "Fan", id: "f", version, name: "Robin", handle: null, email: null, avatar: null, platform: "SANDBOX", platformFanId: null,
  tags: [], valueCents: 0, lastSeenAt: null, notes: null, createdAt: "2026-11-01T00:00:00.000Z", deletedAt: null, account: { id: "a" }, ...changed,
});

const message = (id: string, version: number, changed: Partial<Message> = {}): Message => ({
  __typename: "Message", id, version, direction: "OUT", origin: "USER", sentBy: "mia", clientKey: null, text: id, priceCents: null,
  purchasedAt: null, status: "QUEUED", createdAt: "2026-11-25T12:00:00.000Z", attachments: [], delivery: null,
  conversation: { id: "c" }, fan: { id: "f" }, ...changed,
});

const talk = (version: number, last: Message | null, unreadCount = 0): ConversationPartsFragment => ({
  __typename: "Conversation", id: "c", version, platform: "SANDBOX", lastMessageAt: last?.createdAt ?? null, lastIncomingAt: null,
  awaitingReply: false, unreadCount, account: { id: "a" }, fan: fan(1), lastMessage: last,
});

test("older news is dropped, news of the same version is taken", () => {
  const held = absorb(nothing, { messages: [message("m", 3, { status: "SENT" })] });
  expect(absorb(held, { messages: [message("m", 2, { status: "QUEUED" })] }).messages["m"]?.status).toBe("SENT");
  expect(absorb(held, { messages: [message("m", 3, { status: "DELIVERED" })] }).messages["m"]?.status).toBe("DELIVERED");
  expect(absorb(held, { messages: [message("m", 4, { status: "FAILED" })] }).messages["m"]?.status).toBe("FAILED");
});

test("a conversation brings its fan and its last message, and each message is held once", () => {
  const once = absorb(nothing, { conversations: [talk(1, message("m", 1))] });
  const twice = absorb(once, { messages: [message("m", 2), message("n", 1)] });
  expect(twice.conversations["c"]).toMatchObject({ fanId: "f", lastMessageId: "m" });
  expect(twice.fans["f"]?.name).toBe("Robin");
  expect(twice.held["c"]).toEqual(["m", "n"]);
});

test("nothing new leaves everything as it was, the very same objects", () => {
  const held = absorb(nothing, { messages: [message("m", 3)] });
  const again = absorb(held, { messages: [message("m", 1)] });
  expect(again.messages).toBe(held.messages);
  expect(again.held).toBe(held.held);
});

test("a removed message does not come back with a late answer", () => {
  const held = remove(absorb(nothing, { messages: [message("m", 1), message("n", 1)] }), "m");
  expect(held.held["c"]).toEqual(["n"]);
  expect(absorb(held, { messages: [message("m", 9)] }).messages["m"]).toBeUndefined();
  expect(remove(nothing, "later").removed).toEqual({ later: true });
});

test("of a deleted fan nothing is held but her name, and what others wrote stays", () => {
  const fans = [fan(4, { email: "robin@example.com", handle: "@robin", notes: "Birthday in May", tags: ["vip"] })];
  const others = message("n", 1, { fan: { id: "g" }, conversation: { id: "d" } });
  const gone = depart(absorb(nothing, { fans, messages: [message("m", 1), others] }), "f", "2026-11-25T12:00:00.000Z");
  const { name, email, handle, notes, tags } = gone.fans["f"]!;
  expect({ name, email, handle, notes, tags }).toEqual({ name: "Robin", email: null, handle: null, notes: null, tags: [] });
  expect(Object.keys(gone.messages)).toEqual(["n"]);
  expect(gone.held).toEqual({ d: ["n"] });
});

test("a deleted fan is away until newer news says otherwise", () => {
  const gone = depart(absorb(nothing, { fans: [fan(4)] }), "f", "2026-11-25T12:00:00.000Z");
  expect(absorb(gone, { fans: [fan(4)] }).fans["f"]?.deletedAt).not.toBeNull();
  expect(absorb(gone, { fans: [fan(6)] }).fans["f"]?.deletedAt).toBeNull();
});
