import type { Analytics } from "../../clients/analytics";

const HEAD = ["Period start", "Paid USD", "Offered USD", "Unlocks", "Tips USD", "Messages"];

/** The periods as CSV: amounts in dollars with two places. Dates and numbers alone, so nothing is taken for a formula. */
export function csvOf(points: Analytics["revenue"]): string {
  const rows = points.map((each) => [
    each.periodStart,
    dollars(each.revenueCents),
    dollars(each.offeredCents),
    String(each.purchases),
    dollars(each.tipsCents),
    String(each.messages),
  ]);
  return [HEAD, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

const dollars = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

/** Hands a text to the browser as a file. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
