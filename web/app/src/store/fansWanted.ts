import type { FanOrderField, OrderDirection, Platform } from "../generated/operations";
import { PLATFORMS } from "../format/words";

/** What a list of fans asks for, as it is typed. */
export interface FansWanted {
  search: string;
  tags: readonly string[];
  platform: Platform | null;
  minValue: string;
  maxValue: string;
  seenFrom: string;
  seenTo: string;
  order: FanOrderField;
  direction: OrderDirection;
}

export const allFans: FansWanted = {
  search: "",
  tags: [],
  platform: null,
  minValue: "",
  maxValue: "",
  seenFrom: "",
  seenTo: "",
  order: "CREATED_AT",
  direction: "DESC",
};

export const LONGEST_SEARCH = 200;
const LONGEST_AMOUNT = 20;

const ORDERS: Readonly<Record<FanOrderField, true>> = { CREATED_AT: true, LAST_SEEN_AT: true, NAME: true, VALUE_CENTS: true };
const DIRECTIONS: Readonly<Record<OrderDirection, true>> = { ASC: true, DESC: true };

/** How each is called in the address. */
const NAMES = {
  search: "search",
  platform: "platform",
  minValue: "min",
  maxValue: "max",
  seenFrom: "from",
  seenTo: "to",
  order: "order",
  direction: "direction",
} as const;
const TAG = "tag";
type Named = keyof typeof NAMES;

/** The query of an address that asks for it; "" for all fans. Pure. */
export function queryOf(wanted: FansWanted): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(NAMES) as Named[]) {
    if (wanted[name] !== allFans[name]) query.set(NAMES[name], wanted[name] ?? "");
  }
  for (const tag of wanted.tags) query.append(TAG, tag);
  return query.size === 0 ? "" : `?${query.toString()}`;
}

/** What the query of an address asks for. Addresses are also typed and cut off: what is nothing to ask for is passed over. Pure. */
export function wantedIn(query: string): FansWanted {
  const given = new URLSearchParams(query);
  const text = (name: Named, longest: number) => (given.get(NAMES[name]) ?? "").slice(0, longest);
  const day = (name: Named) => (isDay(text(name, 10)) ? text(name, 10) : "");
  return {
    search: text("search", LONGEST_SEARCH),
    tags: [...new Set(given.getAll(TAG).filter((tag) => tag.trim() !== ""))],
    platform: oneOf(PLATFORMS, given.get(NAMES.platform)),
    minValue: text("minValue", LONGEST_AMOUNT),
    maxValue: text("maxValue", LONGEST_AMOUNT),
    seenFrom: day("seenFrom"),
    seenTo: day("seenTo"),
    order: oneOf(ORDERS, given.get(NAMES.order)) ?? allFans.order,
    direction: oneOf(DIRECTIONS, given.get(NAMES.direction)) ?? allFans.direction,
  };
}

function oneOf<Value extends string>(known: Readonly<Record<Value, unknown>>, given: string | null): Value | null {
  return given !== null && Object.hasOwn(known, given) ? (given as Value) : null;
}

function isDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/** Is it the same field that is still being typed into? Then there is no step to go back to between the letters. Pure. */
export function goesOn(before: FansWanted, changed: Partial<FansWanted>): boolean {
  const typed: readonly (keyof FansWanted)[] = ["search", "minValue", "maxValue", "seenFrom", "seenTo"];
  return (Object.keys(changed) as (keyof FansWanted)[]).every((name) => typed.includes(name) && before[name] !== "");
}
