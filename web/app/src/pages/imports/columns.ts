/**
 * By the title of each column, what it may be called without case, blanks and punctuation; the usual name first.
 * The same lists as in services/fans/imports/, which tests/web/app/test_columns.py compares.
 */
export const TITLES: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Username", ["username", "handle"]],
  ["Display Name", ["displayname", "name"]],
  ["Email", ["email", "emailaddress"]],
  ["Subscription Tier", ["subscriptiontier", "tier", "tags"]],
  ["Total Spent", ["totalspent", "spent"]],
  ["Last Seen", ["lastseen", "lastseenat"]],
  ["Platform", ["platform"]],
  ["Creator Account", ["creatoraccount"]],
];
export const DELIMITERS: readonly string[] = [",", ";", "\t", "|"];
/** The column of the file of failed rows that tells why: passed over without a word. */
const REASON = "Reason";

export interface Columns {
  found: readonly string[];
  missing: readonly string[];
  /** Columns of the file that nobody asked for: they are passed over. */
  others: readonly string[];
  /** Without a name of any kind no row can be taken. */
  usable: boolean;
}

/** What the beginning of a file says of its columns. Advice: the server, which reads all of it, is the judge. Pure. */
export function checkColumns(beginning: string): Columns {
  const given = header(beginning.replace(/^\uFEFF/, ""));
  const names = given.map(plain);
  const places = TITLES.map(([title, spellings]) => [title, place(names, spellings)] as const);
  const found = places.filter(([, at]) => at !== -1).map(([title]) => title);
  const taken = new Set(places.map(([, at]) => at));
  return {
    found,
    missing: TITLES.map(([title]) => title).filter((title) => !found.includes(title)),
    others: given.filter((each, at) => each !== "" && each !== REASON && !taken.has(at)),
    usable: found.includes("Username") || found.includes("Display Name"),
  };
}

const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** By its usual name if that is there, else by another; -1: not in the file. */
function place(names: readonly string[], spellings: readonly string[]): number {
  const spelling = spellings.find((each) => names.includes(each));
  return spelling === undefined ? -1 : names.indexOf(spelling);
}

/** The names of the columns, split by the delimiter under which most of them are known. */
function header(text: string): readonly string[] {
  const declared = /^sep=(.)(?:\r\n|\r|\n|$)/i.exec(text);
  const delimiters = declared?.[1] ? [declared[1]] : DELIMITERS;
  const tried = delimiters.map((each) => firstRecord(text.slice(declared?.[0].length ?? 0), each));
  return tried.reduce((best, each) => (known(each) > known(best) || (known(each) === known(best) && each.length > best.length) ? each : best));
}

const KNOWN = new Set(TITLES.flatMap(([, spellings]) => spellings));
const known = (cells: readonly string[]) => cells.filter((each) => KNOWN.has(plain(each))).length;

/** The cells of the first record that is not blank. */
function firstRecord(text: string, delimiter: string): readonly string[] {
  const end = `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const cell = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"?)?([^${end}\\r\\n]*)(${end}|\\r\\n|\\r|\\n|$)`, "y");
  let cells: string[] = [];
  while (cell.lastIndex < text.length) {
    const [, quoted = "", rest = "", ended] = cell.exec(text) ?? [];
    cells.push((quoted.replaceAll('""', '"') + rest).trim());
    if (ended === delimiter) continue;
    if (cells.some((each) => each !== "")) return cells;
    cells = [];
  }
  return cells;
}

const BEGINNING_BYTES = 65_536;

/** The text of a file's first 64 kB, in the encodings the server reads. */
export async function beginningOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer());
  const options = { stream: true }; // the last letter may be cut in two
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes, options);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes, options);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, options);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
