import type { CampaignStatus, CampaignType, SkipReason } from "../generated/operations";

export const CAMPAIGN_STATUSES: Readonly<Record<CampaignStatus, readonly [words: string, kind: string]>> = {
  DRAFT: ["Draft", ""],
  SCHEDULED: ["Scheduled", "accent"],
  ACTIVE: ["Being sent", "good"],
  PAUSED: ["Paused", "warn"],
  COMPLETED: ["Done", ""],
  CANCELLED: ["Cancelled", ""],
};

export const CAMPAIGN_TYPES: Readonly<Record<CampaignType, string>> = {
  BULK_MESSAGE: "News for many",
  WELCOME: "Welcome",
  RE_ENGAGEMENT: "Who has been away",
  PPV: "Something to unlock",
  CUSTOM: "Other",
};

export const SKIPPED: Readonly<Record<SkipReason, string>> = {
  NOT_FOUND: "no longer there",
  DELETED: "deleted",
  DUPLICATE: "named twice",
  NO_PLATFORM_ID: "neither handle nor platform id",
  OTHER_ACCOUNT: "of another account",
  ACCOUNT_DISCONNECTED: "of no connected account",
};
