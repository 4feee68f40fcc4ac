const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const wholeDollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const count = new Intl.NumberFormat("en-US");

/** $12; $12.50; $1,234. */
export const money = (cents: number) => (cents % 100 === 0 ? wholeDollars : dollars).format(cents / 100);

/** $12.00: where amounts stand below each other. */
export const exactMoney = (cents: number) => dollars.format(cents / 100);

/** On axes: $950, $1.2k, $3M. */
export function shortMoney(cents: number): string {
  const amount = cents / 100;
  if (amount >= 1_000_000) return `$${trimmed(amount / 1_000_000)}M`;
  return amount >= 1_000 ? `$${trimmed(amount / 1_000)}k` : `$${trimmed(amount)}`;
}

const trimmed = (number: number) => String(Math.round(number * 10) / 10);

export const numeral = (number: number) => count.format(number);

export const plural = (number: number, one: string, many = `${one}s`) => `${numeral(number)} ${number === 1 ? one : many}`;

/** Whole cents of what a person typed: 12, 12.5, $1,234.50; null where it is no amount. Never by floating point. */
export function centsOf(typed: string): number | null {
  const match = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!match) return null;
  const cents = Number((match[1] ?? "").replaceAll(",", "")) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return Number.isSafeInteger(cents) ? cents : null;
}

/** An amount as a person would type it. */
export function typedMoney(cents: number): string {
  const rest = cents % 100;
  return `${Math.floor(cents / 100)}${rest === 0 ? "" : `.${String(rest).padStart(2, "0")}`}`;
}
