import { expect, test } from "vitest";

import type { Message } from "./entities";
import { afterConflict, isUntouched, joined, nextToSend, outgoingTo, unsent, withoutArrived, type Draft, type Outgoing } from "./outbox";

const outgoing = (clientKey: string, conversationId: string, state: Outgoing["state"]): Outgoing => ({
  clientKey, conversationId, toFan: false, writtenAt: "2026-11-25T12:00:00.000Z", text: clientKey, priceCents: null, attachments: [],
  scheduledAt: null, seen: null, behind: null, state, words: null,
});

const message = (id: string, changed: Partial<Message>): Message => ({
  __typename: "Message", id, version: 1, direction: "OUT", origin: "USER", sentBy: "nora", clientKey: null, text: id, priceCents: null,
  purchasedAt: null, status: "SENT", createdAt: "2026-11-25T12:00:00.000Z", attachments: [], delivery: null, conversation: { id: "c" }, fan: { id: "f" },
  ...changed,
});

test.each([
  ["one conversation after another way", [outgoing("1", "a", "waiting"), outgoing("2", "a", "waiting")], "1"],
  ["the second waits for the first", [outgoing("1", "a", "sending"), outgoing("2", "a", "waiting")], undefined],
  ["also while the first is repeated", [outgoing("1", "a", "repeating"), outgoing("2", "a", "waiting")], undefined],
  ["also while a person decides", [outgoing("1", "a", "overtaken"), outgoing("2", "a", "waiting")], undefined],
  ["not for one that was refused", [outgoing("1", "a", "refused"), outgoing("2", "a", "waiting")], "2"],
  ["another conversation goes on", [outgoing("1", "a", "sending"), outgoing("2", "b", "waiting")], "2"],
  ["nothing", [], undefined],
])("next to send: %s", (_, outbox, expected) => {
  expect(nextToSend(outbox)?.clientKey).toBe(expected);
});

const draft = (changed: Partial<Draft>): Draft => ({ text: "", priceCents: null, attachments: [], scheduledAt: null, ...changed });

test.each<[string, Partial<Draft>, boolean]>([
  ["nothing", {}, true],
  ["blanks", { text: " \n" }, true],
  ["a text", { text: "Hi" }, false],
  ["a price", { priceCents: 500 }, false],
  ["a time", { scheduledAt: "2026-11-26T12:00:00.000Z" }, false],
  ["a picture", { attachments: [{ type: "IMAGE", url: "https://media.example/a.jpg" }] }, false],
])("a draft of %s is untouched: %o %s", (_, changed, untouched) => expect(isUntouched(draft(changed))).toBe(untouched));

test("what was not sent goes in front of what is being written", () => {
  const picture = { type: "IMAGE", url: "https://media.example/a.jpg" } as const;
  const old = draft({ text: "Refused", priceCents: 500, attachments: [picture] });
  expect(joined(old, draft({}))).toEqual(old);
  expect(joined(old, draft({ text: "Half a sen", priceCents: 900 }))).toEqual({ ...old, text: "Refused\nHalf a sen" });
});

test("what was written to a fan is shown in her conversation once there is one", () => {
  const outbox = [outgoing("1", "talk", "waiting"), { ...outgoing("2", "fan", "refused"), toFan: true }, outgoing("3", "other", "waiting")];
  expect(outgoingTo("talk", "fan", outbox).map((each) => each.clientKey)).toEqual(["1", "2"]);
  expect(outgoingTo("talk", undefined, outbox).map((each) => each.clientKey)).toEqual(["1"]);
});

test("what arrived leaves, by its key", () => {
  const outbox = [outgoing("1", "a", "sending"), outgoing("2", "a", "waiting")];
  expect(withoutArrived(outbox, [message("m", { clientKey: "1" })]).map((each) => each.clientKey)).toEqual(["2"]);
  expect(withoutArrived(outbox, [message("m", { clientKey: null })])).toBe(outbox);
});

test.each<[string, Partial<Message>[], "again" | "overtaken"]>([
  ["the fan wrote", [{ direction: "IN", origin: "FAN" }], "again"],
  ["a campaign was sent", [{ origin: "CAMPAIGN" }], "again"],
  ["an own message", [{ clientKey: "mine" }], "again"],
  ["nothing that is known", [], "again"],
  ["a colleague", [{ direction: "IN", origin: "FAN" }, { clientKey: "hers" }], "overtaken"],
  ["somebody in the platform's app", [{ origin: "PLATFORM_APP" }], "overtaken"],
])("after a conflict: %s", (_, since, expected) => {
  const messages = since.map((changed, index) => message(`m${index}`, changed));
  const verdict = afterConflict(messages, new Set(["mine"]));
  expect(verdict.state).toBe(expected);
  if (verdict.state === "again") expect(verdict.seen).toBe(messages.at(-1)?.id ?? null);
});

test("what is not sent is found by the place it was written at", () => {
  const outbox = [outgoing("1", "a", "refused"), outgoing("2", "b", "repeating"), outgoing("3", "c", "overtaken"), outgoing("4", "a", "refused")];
  const keys = [...unsent(outbox)].map(([place, all]) => [place, ...all.map((each) => each.clientKey)]);
  expect(keys).toEqual([["a", "1", "4"], ["c", "3"]]);
});
