import { expect, test } from "vitest";

import { csvOf } from "../pages/analytics/csv";
import { daysOf, rangeProblem } from "../pages/analytics/view";
import { centsOf, money, shortMoney, typedMoney } from "./money";
import { ago, calendarDay, dayName, duration, listTime, typedMoment } from "./time";
import { mayHaveArrived, refusal, waiting } from "./words";

test.each([
  ["12", 1200], ["12.5", 1250], ["$1,234.56", 123456], ["0.07", 7], [" 3 ", 300], ["19.99", 1999],
  ["", null], ["12.345", null], ["1,23", null], ["twelve", null], ["-3", null], ["99999999999999", null],
])("%j is %s cents", (typed, cents) => expect(centsOf(typed)).toBe(cents));

test("amounts are written as people write them", () => {
  expect([money(1200), money(1250), money(123456)]).toEqual(["$12", "$12.50", "$1,234.56"]);
  expect([shortMoney(95_000), shortMoney(123_450), shortMoney(300_000_000)]).toEqual(["$950", "$1.2k", "$3M"]);
  expect([typedMoney(1200), typedMoney(1205)]).toEqual(["12", "12.05"]);
});

const now = new Date(2026, 10, 25, 14, 5);
const iso = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

test.each([
  [iso(2026, 10, 25, 14, 4), "1 min"],
  [iso(2026, 10, 25, 9, 30), "09:30"],
  [iso(2026, 10, 24, 23, 59), "Tue"],
  [iso(2026, 10, 3, 12, 0), "3 Nov"],
  [iso(2025, 10, 3, 12, 0), "3 Nov 2025"],
])("%s in a list is %s", (moment, words) => expect(listTime(moment, now)).toBe(words));

test("days, spans and what is past", () => {
  expect([dayName(iso(2026, 10, 25, 0, 1), now), dayName(iso(2026, 10, 24, 23, 59), now)]).toEqual(["Today", "Yesterday"]);
  expect([duration(40), duration(700), duration(7200), duration(12_000)]).toEqual(["40 s", "12 min", "2 h", "3 h 20 min"]);
  expect([ago(null), ago(iso(2026, 10, 25, 14, 5), now), ago(iso(2026, 10, 25, 12, 5), now)]).toEqual(["never", "just now", "2 hours ago"]);
});

test("days are those of this browser, not of UTC", () => {
  const [early, late] = [iso(2026, 10, 25, 0, 5), iso(2026, 10, 25, 23, 55)];
  expect([calendarDay(early), calendarDay(late)]).toEqual(["25 Nov 2026", "25 Nov 2026"]);
  expect([typedMoment(early), typedMoment(null)]).toEqual(["2026-11-25T00:05", ""]);
  expect(dayName(iso(2026, 10, 26, 9, 0), now)).toBe("Tomorrow");
});

test.each([
  ["No answer came within 20 s", "It may have arrived. No answer came within 20 s."],
  ["The worker was interrupted; it may have arrived.", "The worker was interrupted; it may have arrived."],
  [null, "It may have arrived."],
])("of an unknown message with the reason %j is said: %s", (reason, words) => expect(mayHaveArrived(reason)).toBe(words));

test("why a message waits, and until when", () => {
  const wait = { estimatedSendTime: iso(2026, 10, 25, 14, 35), scheduledAt: null };
  expect(waiting({ ...wait, waitReason: "RATE_LIMIT" }, now)).toBe("Waits until 14:35 because of the rate limit");
  expect(waiting({ ...wait, waitReason: "BEHIND_HIGHER_PRIORITY", estimatedSendTime: null }, now)).toBe("Waits because others go first");
  expect(waiting({ ...wait, waitReason: "SCHEDULED", scheduledAt: iso(2026, 10, 26, 9, 0) }, now)).toBe("Scheduled for tomorrow 09:00");
});

test("the file of the figures has two places and nothing a spreadsheet runs", () => {
  const point = { periodStart: "2026-11-24", revenueCents: 7205, offeredCents: 12_000, purchases: 3, tipsCents: 500, messages: 9 };
  expect(csvOf([point]).split("\r\n")).toEqual(["Period start,Paid USD,Offered USD,Unlocks,Tips USD,Messages", "2026-11-24,72.05,120.00,3,5.00,9", ""]);
});

test("the days of a range end today, in the viewer's time zone", () => {
  const view = { range: "7", from: "", to: "", interval: "DAY", platform: null, tags: [] } as const;
  const late = new Date("2026-11-25T23:30:00Z");
  expect(daysOf(view, "UTC", late)).toEqual({ from: "2026-11-19", to: "2026-11-25" });
  expect(daysOf(view, "Asia/Tokyo", late)).toEqual({ from: "2026-11-20", to: "2026-11-26" });
});

test.each([
  ["", "", null],
  ["2026-11-01", "2026-11-30", null],
  ["2026-11-30", "", null],
  ["0002-11-30", "", "A year has four digits, and none is before 2000."],
  ["", "0202-11-30", "A year has four digits, and none is before 2000."],
  ["12026-11-30", "", "A year has four digits, and none is before 2000."],
  ["2026-11-30", "2026-11-01", "The first day lies after the last."],
])("days of one's own from %j to %j", (from, to, words) => {
  expect(rangeProblem({ range: "own", from, to })).toBe(words);
  expect(rangeProblem({ range: "7", from, to })).toBeNull();
});

test("what the server refuses is said in its own sentence, if that is one for people", () => {
  expect(refusal("`filter.from`: The first day lies after the last.")).toBe("The first day lies after the last.");
  expect(refusal("Variable '$filter' got invalid value 'x' at 'filter.to'")).toBe("The server does not understand this.");
});
