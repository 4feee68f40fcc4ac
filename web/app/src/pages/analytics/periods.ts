import type { Interval } from "../../generated/operations";
import { plainDay } from "../../format/time";

const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const shortMonth = new Intl.DateTimeFormat("en-GB", { month: "short", year: "2-digit", timeZone: "UTC" });

/** 24 Nov 2026; week of 23 Nov 2026; November 2026. */
export function nameOfPeriod(start: string, interval: Interval): string {
  if (interval === "MONTH") return month.format(new Date(`${start}T00:00:00Z`));
  return interval === "WEEK" ? `week of ${plainDay(start, true)}` : plainDay(start, true);
}

export const shortPeriod = (start: string, interval: Interval) => (interval === "MONTH" ? shortMonth.format(new Date(`${start}T00:00:00Z`)) : plainDay(start));
