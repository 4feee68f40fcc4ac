import type { AttachmentInput, CampaignType, SendBulkMessageInput } from "../../generated/operations";
import { centsOf } from "../../format/money";
import { allFans, type FansWanted } from "../../store/fansWanted";

/** A campaign as it is being written. */
export interface CampaignForm {
  accountId: string | null;
  wanted: FansWanted;
  /** Found by the filter, and left out by hand. */
  without: readonly string[];
  name: string;
  type: CampaignType;
  content: string;
  price: string;
  attachments: readonly AttachmentInput[];
  /** As the field of the page has it, in local time; "": at once. */
  when: string;
}

export const emptyForm: CampaignForm = {
  accountId: null,
  wanted: { ...allFans, order: "VALUE_CENTS" },
  without: [],
  name: "",
  type: "BULK_MESSAGE",
  content: "",
  price: "",
  attachments: [],
  when: "",
};

/** What is still missing before it can be tried, in words; null: nothing. Pure. */
export function missing(form: CampaignForm, recipients: number): string | null {
  if (recipients === 0) return "Choose at least one fan.";
  if (form.content.trim() === "") return "Write a text.";
  if (form.price.trim() !== "" && centsOf(form.price) === null) return "The price is no amount such as 12 or 12.50.";
  if (form.when !== "" && new Date(form.when).getTime() < Date.now()) return "The moment of the start has passed.";
  return null;
}

/** The form in the server's words. Pure. */
export function inputOf(form: CampaignForm, recipientIds: readonly string[], draft: boolean): SendBulkMessageInput {
  return {
    accountId: form.accountId,
    recipientIds: [...recipientIds],
    content: form.content.trim(),
    attachments: [...form.attachments],
    priceCents: form.price.trim() ? centsOf(form.price) || null : null,
    campaignName: form.name.trim() || suggestedName(form.content),
    type: form.type,
    scheduledAt: form.when ? new Date(form.when).toISOString() : null,
    draft,
    dryRun: false,
  };
}

/** The beginning of the text, where no name was given. */
export function suggestedName(content: string): string {
  const words = content.trim().replace(/\s+/g, " ");
  return words.length > 40 ? `${words.slice(0, 39)}…` : words || "Campaign";
}
