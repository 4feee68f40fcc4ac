import type { Account } from "./entities";
import { money, numeral } from "../format/money";
import type { Draft } from "./outbox";

type Capabilities = Account["capabilities"];

const LONGEST = 5000;

/** Why a platform would not take a message, said before it is sent; null: it would. Lengths in code points. */
export function draftProblem(draft: Draft, capabilities: Capabilities | undefined): string | null {
  const longest = Math.min(LONGEST, capabilities?.maxTextLength ?? LONGEST);
  const length = [...draft.text.trim()].length;
  if (length === 0) return draft.attachments.length > 0 ? "A message needs a text, too." : null;
  if (length > longest) return `The text is ${numeral(length)} characters long; at most ${numeral(longest)} are possible.`;
  return priceProblem(draft.priceCents, draft.attachments.length > 0, capabilities);
}

export function priceProblem(cents: number | null, media: boolean, rules: Capabilities | undefined): string | null {
  if (!cents || !rules) return null;
  const { minPriceCents, maxPriceCents, priceStepCents, pricedMessageNeedsMedia } = rules;
  if (cents < minPriceCents || cents > maxPriceCents)
    return `The price must be between ${money(minPriceCents)} and ${money(maxPriceCents)}.`;
  if (cents % priceStepCents !== 0) return `The price must be a multiple of ${money(priceStepCents)}.`;
  return pricedMessageNeedsMedia && !media ? "A priced message needs a picture or a film: attach one." : null;
}

/** What an address most likely leads to, by its ending. */
export function mediaType(url: string): "IMAGE" | "VIDEO" | "AUDIO" | "FILE" {
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? "";
  if (/^(jpe?g|png|gif|webp|avif|heic)$/.test(ending)) return "IMAGE";
  if (/^(mp4|mov|webm|m4v)$/.test(ending)) return "VIDEO";
  if (/^(mp3|m4a|wav|ogg|aac)$/.test(ending)) return "AUDIO";
  return ending === "" ? "IMAGE" : "FILE";
}
