import type { AccountStatus, HealthStatus, MessageStatus, Platform, WaitReason } from "../generated/operations";
import { moment } from "./time";

export const PLATFORMS: Readonly<Record<Platform, string>> = {
  ONLYFANS: "OnlyFans",
  FANSLY: "Fansly",
  FANVUE: "Fanvue",
  PATREON: "Patreon",
  SANDBOX: "Sandbox",
};

export const STATUSES: Readonly<Record<MessageStatus, string>> = {
  PENDING: "Accepted",
  QUEUED: "Waiting",
  SENDING: "Sending",
  SENT: "Sent",
  DELIVERED: "Delivered",
  FAILED: "Not sent",
  UNKNOWN: "May have arrived",
  CANCELLED: "Taken back",
  RECEIVED: "Received",
};

export const ACCOUNT_STATUSES: Readonly<Record<AccountStatus, string>> = {
  CONNECTED: "Connected",
  DEGRADED: "The platform refuses to send",
  SESSION_EXPIRED: "The session at the platform has ended",
  INVALID_CREDENTIALS: "The key is refused",
  DISCONNECTED: "Disconnected",
};

export const HEALTH: Readonly<Record<HealthStatus, string>> = {
  HEALTHY: "Well",
  DEGRADED: "Slow or in part",
  UNAVAILABLE: "Away",
};

/** How the queue is, in a word. */
export const QUEUE_HEALTH: Readonly<Record<HealthStatus, string>> = {
  HEALTHY: "Well",
  DEGRADED: "Needs a look",
  UNAVAILABLE: "Stands still",
};

const REASONS: Readonly<Record<WaitReason, string>> = {
  RATE_LIMIT: "because of the rate limit",
  BEHIND_HIGHER_PRIORITY: "because others go first",
  CAMPAIGN_PAUSED: "because its campaign is paused",
  SCHEDULED: "as scheduled",
  PLATFORM_BACKOFF: "to try the platform again",
  ACCOUNT_DISCONNECTED: "until its account is connected again",
  QUEUE_DELAYED: "because the queue is late",
  SENDING_DISABLED: "because sending is switched off",
};

/** What the server says of a filter behind its name, such as `filter.from`; all else is about the document, and for nobody. Pure. */
export const refusal = (message: string) => /^`[\w.]+`: (.+)$/s.exec(message)?.[1] ?? "The server does not understand this.";

/** What is to be said of a message nobody knows the fate of: the server's own reason, as far as there is one. */
export function mayHaveArrived(reason: string | null | undefined): string {
  const said = reason?.trim().replace(/\.*$/, ".") ?? "";
  if (/it may have arrived/i.test(said)) return said;
  return `It may have arrived. ${said}`.trim();
}

interface Wait {
  waitReason: WaitReason | null;
  estimatedSendTime: string | null;
  scheduledAt: string | null;
}

/** Why a message has not left, and until when: waits until 12:05 because of the rate limit. */
export function waiting({ waitReason, estimatedSendTime, scheduledAt }: Wait, now = new Date()): string {
  if (waitReason === null) return "Waiting";
  if (waitReason === "SCHEDULED" && scheduledAt) return `Scheduled for ${moment(scheduledAt, now)}`;
  if (waitReason === "ACCOUNT_DISCONNECTED") return "Waits until its account is connected again";
  const soon = estimatedSendTime === null || Date.parse(estimatedSendTime) - now.getTime() < 1000;
  const until = soon ? "" : ` until ${precise(estimatedSendTime, now)}`;
  return `Waits${until} ${REASONS[waitReason] ?? ""}`.trim();
}

/** With seconds where it is a matter of seconds. */
function precise(iso: string, now: Date): string {
  if (Date.parse(iso) - now.getTime() > 90_000) return moment(iso, now);
  return new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}
