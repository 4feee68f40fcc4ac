import { expect, test } from "vitest";

import { allFans, goesOn, queryOf, wantedIn, type FansWanted } from "./fansWanted";

const everything: FansWanted = {
  search: "  100 %41 & más+#1=? 🌙 ",
  tags: ["vip", "a,b", "Lisboa & Porto"],
  platform: "ONLYFANS",
  minValue: "$1,200.50",
  maxValue: "no amount",
  seenFrom: "2026-11-01",
  seenTo: "2026-11-30",
  order: "VALUE_CENTS",
  direction: "ASC",
};

test("an address brings back all that was asked for, as it was typed", () => {
  expect(wantedIn(queryOf(everything))).toEqual(everything);
  expect(wantedIn(queryOf(allFans))).toEqual(allFans);
});

test("what is as usual is not in the address", () => {
  expect(queryOf(allFans)).toBe("");
  expect(queryOf({ ...allFans, search: "@kim", tags: ["vip"] })).toBe("?search=%40kim&tag=vip");
});

test.each([
  ["?platform=MYSPACE&order=constructor&direction=UP"],
  ["?from=2026-02-30&to=tomorrow"],
  ["?from=2026-99-99&to=2026-1-1"],
  ["?tag=&tag=%20"],
  ["?unknown=1&%E0%A4%A&&="],
])("nothing to ask for: %s", (query) => {
  expect(wantedIn(query)).toEqual(allFans);
});

test("what is too long is cut, and a tag counts once", () => {
  expect(wantedIn(`?search=${"a".repeat(500)}`).search).toHaveLength(200);
  expect(wantedIn("?tag=vip&tag=new&tag=vip").tags).toEqual(["vip", "new"]);
});

test.each([
  ["the first letter", allFans, { search: "r" }, false],
  ["the second", { ...allFans, search: "r" }, { search: "ro" }, true],
  ["what is cleared", { ...allFans, search: "ro" }, { search: "" }, true],
  ["another field", { ...allFans, search: "ro" }, { minValue: "1" }, false],
  ["a choice", { ...allFans, search: "ro" }, { platform: "FANSLY" }, false],
  ["everything cleared", { ...allFans, search: "ro" }, allFans, false],
] as const)("between the letters there is no step back: %s", (_, before, changed, expected) => {
  expect(goesOn(before, changed)).toBe(expected);
});
