import {
  CancelMessageDocument,
  FailedMessagesDocument,
  MessageDetailsDocument,
  RetryMessagesDocument,
  SendMessageDocument,
  ThreadDocument,
} from "../generated/operations";
import { takeIn } from "../store/inbox";
import type { Outgoing } from "../store/outbox";
import { ask, change, demandNone, type Page } from "./http";

const PAGE = 40;

export const fetchThread = async (id: string, before: string | null) =>
  (await ask(ThreadDocument, { id, last: PAGE, before })).conversation;

export const fetchDetails = async (id: string) => (await ask(MessageDetailsDocument, { id })).message;

/** The ids of failed and unknown messages of one account, or of all, one page of them; they are held with the others. */
export async function fetchFailed(accountId: string | null, after: string | null): Promise<Page<string>> {
  const variables = { accountIds: accountId ? [accountId] : null, after, includeUnknown: true };
  const { nodes, pageInfo } = (await ask(FailedMessagesDocument, variables)).failedMessages;
  takeIn({ messages: nodes.map(({ fan, ...rest }) => ({ ...rest, fan: { id: fan.id } })), fans: nodes.map((each) => each.fan) });
  return { nodes: nodes.map((each) => each.id), pageInfo };
}

/** Sends once, however often it is called with the same outgoing message. */
export async function sendMessage(outgoing: Outgoing) {
  const { text, priceCents, attachments, scheduledAt, clientKey, conversationId, toFan, seen } = outgoing;
  const input = {
    ...(toFan ? { fanId: conversationId } : { conversationId }),
    text,
    priceCents,
    attachments: [...attachments],
    scheduledAt,
    sentByAi: false,
    idempotencyKey: clientKey,
    expectedLastMessageId: seen,
  };
  return (await change(SendMessageDocument, { input })).sendMessage;
}

/** `resendUnknown` only after a person has accepted that a message may arrive twice. */
export async function retryMessages(ids: readonly string[], resendUnknown: boolean): Promise<void> {
  const variables = { ids: [...ids], campaignId: null, resendUnknown };
  const { messages, errors } = (await change(RetryMessagesDocument, variables)).retryMessages;
  takeIn({ messages });
  demandNone(errors);
}

/** All failed messages of a campaign; never the unknown ones. */
export async function retryCampaign(campaignId: string): Promise<void> {
  const { messages, errors } = (await change(RetryMessagesDocument, { ids: null, campaignId, resendUnknown: false })).retryMessages;
  takeIn({ messages });
  demandNone(errors);
}

export async function cancelMessage(id: string): Promise<void> {
  const { message, errors } = (await change(CancelMessageDocument, { id })).cancelMessage;
  if (message) takeIn({ messages: [message] });
  demandNone(errors);
}
