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

/** Today and the days before it, both ends included; today is the viewer's, wherever this browser is. */
export function daysOf(view: View, timeZone: string | null, now = new Date()): { from: string | null; to: string | null } {
  if (view.range === "own") return { from: view.from || null, to: view.to || null };
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: timeZone ?? "UTC" }).format(now);
  const first = new Date(`${today}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - Number(view.range) + 1);
  return { from: first.toISOString().slice(0, 10), to: today };
}
