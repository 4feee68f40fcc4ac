import { expect, test } from "vitest";

import { beginningOf, checkColumns } from "./columns";

test.each([
  ["Username,Display Name,Email\r\nalex,Alex,", ["Username", "Display Name", "Email"], [], true],
  ["\uFEFFusername;TOTAL SPENT;Favourite", ["Username", "Total Spent"], ["Favourite"], true],
  ['"Display Name"\t"Last Seen"', ["Display Name", "Last Seen"], [], true],
  ["Handle,Name,e-mail address,Tags,Spent,last_seen_at,Platform,CREATOR_account", ["Username", "Display Name", "Email", "Subscription Tier", "Total Spent", "Last Seen", "Platform", "Creator Account"], [], true],
  ["sep=;\r\nHandle;Tags, and more", ["Username"], ["Tags, and more"], true],
  ["SEP=#\nName#Spent", ["Display Name", "Total Spent"], [], true],
  ["\r\n\n  \nName|Platform\nAlex|SANDBOX", ["Display Name", "Platform"], [], true],
  ['"User\nname";"a ""b"""', ["Username"], ['a "b"'], true],
  ["Username,Handle,Reason", ["Username"], ["Handle"], true],
  ["Email,Total Spent", ["Email", "Total Spent"], [], false],
  ["", [], [], false],
  ["\n\n", [], [], false],
])("columns of %j", (beginning, found, others, usable) => {
  expect(checkColumns(beginning)).toMatchObject({ found, others, usable });
});

const utf16 = (text: string, little: boolean) => {
  const bytes = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at++) bytes.setUint16(2 * at, text.charCodeAt(at), little);
  return bytes;
};

test.each([
  ["UTF-8", "Naïve"],
  ["UTF-8 with its mark", "\uFEFFNaïve"],
  ["UTF-16, little end first", utf16("\uFEFFNaïve", true)],
  ["UTF-16, big end first", utf16("\uFEFFNaïve", false)],
  ["Windows-1252", new Uint8Array([0x4e, 0x61, 0xef, 0x76, 0x65])],
])("a file in %s", async (_, content) => {
  expect(await beginningOf(new Blob([content]))).toBe("Naïve");
});

test("a letter that is cut in two does not change how the others are read", async () => {
  const text = await beginningOf(new Blob([`é${"x".repeat(65_533)}é`]));
  expect(text).toBe(`é${"x".repeat(65_533)}`);
});
