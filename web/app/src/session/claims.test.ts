import { expect, test } from "vitest";

import { samePerson } from "./claims";

const token = (claims: object) => `head.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.signature`;

test.each<[string, object, object, boolean]>([
  ["a renewed token", { sub: "mia", exp: 1 }, { sub: "mia", exp: 2 }, true],
  ["another user", { sub: "mia" }, { sub: "nora" }, false],
  ["the same name at another issuer", { sub: "mia", iss: "a" }, { sub: "mia", iss: "b" }, false],
  ["a colleague for the user herself", { sub: "mia" }, { sub: "mia", act: "leo" }, false],
  ["one colleague for another", { sub: "mia", act: "ida" }, { sub: "mia", act: "leo" }, false],
  ["the same colleague", { sub: "mia", act: "leo" }, { sub: "mia", act: "leo" }, true],
  ["the same colleague for another user", { sub: "mia", act: "leo" }, { sub: "nora", act: "leo" }, false],
  ["the same colleague, as an object", { sub: "mia", act: "leo" }, { sub: "mia", act: { sub: "leo" } }, true],
  ["whoever acted earlier is history", { sub: "mia", act: { sub: "leo", act: { sub: "ida" } } }, { sub: "mia", act: { sub: "leo" } }, true],
  ["another one, as an object", { sub: "mia", act: { sub: "ida" } }, { sub: "mia", act: { sub: "leo" } }, false],
  ["the user who acts herself", { sub: "mia" }, { sub: "mia", act: "mia" }, true],
  ["nobody named is the user herself", { sub: "mia", act: null }, { sub: "mia", act: { sub: null } }, true],
  ["an actor without a name is nobody", { sub: "mia" }, { sub: "mia", act: {} }, false],
  ["no user at all", {}, {}, false],
])("%s", (_, one, other, same) => {
  expect(samePerson(token(one), token(other))).toBe(same);
  expect(samePerson(token(other), token(one))).toBe(same);
});

test("what is no token is nobody's", () => expect(samePerson("no token", "no token")).toBe(false));
