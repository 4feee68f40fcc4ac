import { Ban, Check, CheckCheck, CircleHelp, CircleX, Clock, Loader } from "lucide-react";

import { STATUSES } from "../../format/words";
import type { Message } from "../../store/entities";

const ICONS = {
  PENDING: Clock,
  QUEUED: Clock,
  SENDING: Loader,
  SENT: Check,
  DELIVERED: CheckCheck,
  FAILED: CircleX,
  UNKNOWN: CircleHelp,
  CANCELLED: Ban,
  RECEIVED: Check,
} as const;

/** One small picture for where a message is on its way. */
export function Ticks({ message, size = 14 }: { message: Pick<Message, "status">; size?: number }) {
  const Icon = ICONS[message.status] ?? Clock;
  return (
    <span className={`ticks ${message.status.toLowerCase()}`}>
      <Icon size={size} aria-hidden />
      <span className="unseen">{STATUSES[message.status]}: </span>
    </span>
  );
}
