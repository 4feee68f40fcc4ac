import type { Interval, Platform } from "../../generated/operations";

export type Range = "7" | "30" | "90" | "365" | "own";

/** What is looked at. `from` and `to` count where the range is one's own. */
export interface View {
  range: Range;
  from: string;
  to: string;
  interval: Interval;
  platform: Platform | null;
  tags: readonly string[];
}

/** Years that are typed by hand pass through 0002 and 0202; the server takes none before this one. */
const EARLIEST = "2000-01-01";

/** Why the days of one's own are none to ask for, in words; null: they are. Pure. */
export function rangeProblem({ range, from, to }: Pick<View, "range" | "from" | "to">): string | null {
  if (range !== "own") return null;
  if ([from, to].some((day) => day !== "" && (day < EARLIEST || day.length > EARLIEST.length))) return "A year has four digits, and none is before 2000.";
  return from !== "" && to !== "" && from > to ? "The first day lies after the last." : null;
}

/** Today and the days before it, both ends included; today is the viewer's, wherever this browser is. */
export function daysOf(view: View, timeZone: string | null, now = new Date()): { from: string | null; to: string | null } {
  if (view.range === "own") return { from: view.from || null, to: view.to || null };
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: timeZone ?? "UTC" }).format(now);
  const first = new Date(`${today}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - Number(view.range) + 1);
  return { from: first.toISOString().slice(0, 10), to: today };
}
