const day = (moment: Date) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const longWeekday = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dateWithYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", hourCycle: "h23" });

/** Whole days between two moments, by the calendar of this browser. */
function daysAgo(moment: Date, now: Date): number {
  return Math.round((day(now) - day(moment)) / DAY_MS);
}

/** As lists of messengers have it: 14:05, Mon, 3 Nov, 3 Nov 2025. */
export function listTime(iso: string, now = new Date()): string {
  const moment = new Date(iso);
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  if (seconds >= -60 && seconds < 60) return "now";
  if (seconds >= 0 && seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  const days = daysAgo(moment, now);
  if (days === 0) return clock.format(moment);
  if (days > 0 && days < 7) return weekday.format(moment);
  return moment.getFullYear() === now.getFullYear() ? date.format(moment) : dateWithYear.format(moment);
}

export const clockTime = (iso: string) => clock.format(new Date(iso));

/** The day above a group of messages. */
export function dayName(iso: string, now = new Date()): string {
  const moment = new Date(iso);
  const days = daysAgo(moment, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days === -1) return "Tomorrow";
  if (days > 1 && days < 7) return longWeekday.format(moment);
  return moment.getFullYear() === now.getFullYear()
    ? `${longWeekday.format(moment)}, ${date.format(moment)}`
    : dateWithYear.format(moment);
}

export const sameDay = (one: string, other: string) => day(new Date(one)) === day(new Date(other));

/** 12:05; tomorrow 12:05; 3 Dec 12:05: a moment to come, or one that was. */
export function moment(iso: string, now = new Date()): string {
  const then = new Date(iso);
  const days = daysAgo(then, now);
  if (days === 0) return clock.format(then);
  if (days === -1) return `tomorrow ${clock.format(then)}`;
  if (days === 1) return `yesterday ${clock.format(then)}`;
  const sameYear = then.getFullYear() === now.getFullYear();
  return `${(sameYear ? date : dateWithYear).format(then)}, ${clock.format(then)}`;
}

export const isAhead = (iso: string, now = new Date()) => Date.parse(iso) > now.getTime();

/** 24 Nov 2026, of this browser's calendar. */
export const calendarDay = (iso: string) => dateWithYear.format(new Date(iso));

export const exactly = (iso: string) => full.format(new Date(iso));

/** 2 minutes ago; never. */
export function ago(iso: string | null, now = new Date()): string {
  if (iso === null) return "never";
  const seconds = Math.max(0, (now.getTime() - Date.parse(iso)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return counted(Math.floor(seconds / 60), "minute", " ago");
  if (seconds < 86_400) return counted(Math.floor(seconds / 3600), "hour", " ago");
  const days = daysAgo(new Date(iso), now);
  return days < 60 ? counted(days, "day", " ago") : dateWithYear.format(new Date(iso));
}

/** How long something takes: 40 s, 12 min, 3 h 20 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** 2026-11-24, of this browser's calendar. */
export function isoDay(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** 2026-11-24T14:05, as a field for a moment has it; empty for none. */
export function typedMoment(iso: string | null): string {
  return iso === null ? "" : `${isoDay(new Date(iso))}T${clockTime(iso)}`;
}

/** A day of the server's, such as the beginning of a week, without any time zone. */
export function plainDay(iso: string, withYear = false): string {
  const [year = 0, month = 1, dayOfMonth = 1] = iso.split("-").map(Number);
  return (withYear ? dateWithYear : date).format(new Date(year, month - 1, dayOfMonth));
}

function counted(count: number, unit: string, behind: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}${behind}`;
}
