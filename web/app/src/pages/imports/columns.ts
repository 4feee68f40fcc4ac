/** The columns an import understands; upper and lower case and their order do not matter. */
export const COLUMNS = ["Username", "Display Name", "Email", "Subscription Tier", "Total Spent", "Last Seen"] as const;

export interface Columns {
  found: readonly string[];
  missing: readonly string[];
  /** Columns of the file that nobody asked for: they are passed over. */
  others: readonly string[];
  /** Without a name of any kind no row can be taken. */
  usable: boolean;
}

/** What the first line of a file says. Pure. */
export function checkColumns(firstLine: string): Columns {
  const given = cells(firstLine.replace(/^\uFEFF/, ""));
  const has = (column: string) => given.some((each) => same(each, column));
  const found = COLUMNS.filter(has);
  return {
    found,
    missing: COLUMNS.filter((column) => !has(column)),
    others: given.filter((each) => each !== "" && !COLUMNS.some((column) => same(each, column))),
    usable: has("Username") || has("Display Name"),
  };
}

const same = (one: string, other: string) => plain(one) === plain(other);

const plain = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, "");

function cells(line: string): string[] {
  const separator = [",", ";", "\t"].reduce((most, each) => (line.split(each).length > line.split(most).length ? each : most));
  const matches = line.match(new RegExp(`"(?:[^"]|"")*"|[^${separator}]+`, "g")) ?? [];
  return matches.map((cell) => cell.trim().replace(/^"|"$/g, "").replaceAll('""', '"').trim());
}

/** The first line of a file, from its first 64 kB. */
export async function firstLine(file: File): Promise<string> {
  const start = await file.slice(0, 65_536).text();
  return start.split(/\r\n|\n|\r/, 1)[0] ?? "";
}
