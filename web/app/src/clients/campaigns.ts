import { create } from "zustand";

import {
  CampaignAudienceDocument,
  CampaignDocument,
  CampaignMessagesDocument,
  CampaignsDocument,
  CampaignUpdatedDocument,
  CancelCampaignDocument,
  PauseCampaignDocument,
  ResumeCampaignDocument,
  SendBulkMessageDocument,
  StartCampaignDocument,
  UpdateCampaignDocument,
  type CampaignPartsFragment,
  type CampaignStatus,
  type SendBulkMessageInput,
  type SendBulkMessageMutation,
  type UpdateCampaignInput,
} from "../generated/operations";
import { takeIn } from "../store/inbox";
import { ask, change, demandNone, type Page, type Problem } from "./http";
import { watch } from "./socket";

export type Campaign = CampaignPartsFragment;
export type BulkAnswer = SendBulkMessageMutation["sendBulkMessage"];

/** Each campaign once, in the newest state that was heard of. */
export const useHeld = create<Readonly<Record<string, Campaign>>>(() => ({}));

export function takeCampaigns(arrived: readonly Campaign[]): void {
  useHeld.setState((held) => {
    const newer = arrived.filter((each) => (held[each.id]?.version ?? 0) <= each.version);
    return { ...held, ...Object.fromEntries(newer.map((each) => [each.id, each])) };
  });
}

/** The ids of those of one account, or of all, newest first; one page of them. */
export async function fetchCampaigns(status: CampaignStatus | null, accountId: string | null, after: string | null): Promise<Page<string>> {
  const { campaigns } = await ask(CampaignsDocument, { status, accountIds: accountId ? [accountId] : null, after });
  takeCampaigns(campaigns.nodes);
  return { nodes: campaigns.nodes.map((each) => each.id), pageInfo: campaigns.pageInfo };
}

export async function fetchCampaign(id: string): Promise<boolean> {
  const { campaign } = await ask(CampaignDocument, { id });
  if (campaign) takeCampaigns([campaign]);
  return campaign !== null;
}

/** The ids of its messages, one page of them; the messages and their fans are held with the others. */
export async function fetchCampaignMessages(id: string, after: string | null): Promise<Page<string>> {
  const { campaign } = await ask(CampaignMessagesDocument, { id, after });
  if (!campaign) throw new Error("The campaign is not there (any more).");
  const { nodes, pageInfo } = campaign.messages;
  takeIn({ messages: nodes.map(({ fan, ...rest }) => ({ ...rest, fan: { id: fan.id } })), fans: nodes.map((each) => each.fan) });
  return { nodes: nodes.map((each) => each.id), pageInfo };
}

export async function fetchAudience(id: string) {
  const { campaign } = await ask(CampaignAudienceDocument, { id });
  if (!campaign) throw new Error("The campaign is not there (any more).");
  return campaign.audience.nodes;
}

export const watchCampaign = (id: string) => watch(CampaignUpdatedDocument, { id }, (data) => takeCampaigns([data.campaignUpdated]));

/** What would become of it; nothing is stored. */
export const tryBulkMessage = async (input: SendBulkMessageInput): Promise<BulkAnswer> =>
  (await change(SendBulkMessageDocument, { input: { ...input, dryRun: true, draft: false } })).sendBulkMessage;

/** Throws Refused where it was not made, and Unanswered where that is not known. Messages that failed are in its numbers. */
export async function makeCampaign(input: SendBulkMessageInput): Promise<Campaign> {
  const { campaign, errors } = (await change(SendBulkMessageDocument, { input })).sendBulkMessage;
  return taken({ campaign, errors: campaign ? [] : errors });
}

function taken({ campaign, errors }: { campaign: Campaign | null; errors: readonly Problem[] }): Campaign {
  if (campaign) takeCampaigns([campaign]);
  demandNone(errors);
  if (!campaign) throw new Error("There is no campaign in the answer.");
  return campaign;
}

export const updateCampaign = async (input: UpdateCampaignInput) => taken((await change(UpdateCampaignDocument, { input })).updateCampaign);
/** At the moment given, which the server refuses once it has passed; without one at once. */
export const startCampaign = async (id: string, scheduledAt: string | null) => taken((await change(StartCampaignDocument, { id, scheduledAt })).startCampaign);
export const pauseCampaign = async (id: string) => taken((await change(PauseCampaignDocument, { id })).pauseCampaign);
export const resumeCampaign = async (id: string) => taken((await change(ResumeCampaignDocument, { id })).resumeCampaign);
export const cancelCampaign = async (id: string) => taken((await change(CancelCampaignDocument, { id })).cancelCampaign);
