import { CircleHelp, CircleX, Clock } from "lucide-react";
import { useState } from "react";

import { cancelMessage, retryMessages } from "../../clients/messages";
import { useNow } from "../../hooks/useNow";
import { mayHaveArrived, waiting } from "../../format/words";
import type { Message } from "../../store/entities";
import { Confirm } from "../../ui/Dialog";
import { say, sayWhy } from "../../ui/Toasts";

const FRESH_MS = 5_000;

/** A message is handed to the queue in the moment after it was written: that is no delay worth a word. */
const isFresh = (createdAt: string, now: Date) => now.getTime() - Date.parse(createdAt) < FRESH_MS;

/** The line below a message that is not simply sent: why, until when, and what can be done. */
export function Delivery({ message }: { message: Message }) {
  const { id, status, delivery, createdAt } = message;
  const now = useNow();
  if (status === "PENDING" || status === "QUEUED") {
    if (!delivery?.waitReason || (delivery.waitReason === "QUEUE_DELAYED" && isFresh(createdAt, now))) return null;
    return (
      <p className="delivery">
        <Clock size={14} aria-hidden />
        <span>
          {waiting(delivery, now)}.{" "}
          <button type="button" className="link-button" onClick={() => void cancelMessage(id).then(() => say("The message is taken back."), sayWhy)}>
            Take back
          </button>
        </span>
      </p>
    );
  }
  if (status === "FAILED")
    return (
      <p className="delivery bad">
        <CircleX size={14} aria-hidden />
        <span>
          Not sent{delivery?.failureReason ? `: ${delivery.failureReason}` : "."}{" "}
          <button type="button" className="link-button" onClick={() => void retryMessages([id], false).catch(sayWhy)}>
            Try again
          </button>
        </span>
      </p>
    );
  if (status === "UNKNOWN") return <Unknown message={message} />;
  if (status === "CANCELLED") return <p className="delivery">Taken back; it was not sent.</p>;
  return null;
}

function Unknown({ message }: { message: Message }) {
  const [asking, setAsking] = useState(false);
  return (
    <p className="delivery warn">
      <CircleHelp size={14} aria-hidden />
      <span>
        {mayHaveArrived(message.delivery?.failureReason)} It often clears up within two minutes; if it does not, look into
        the platform's own app.{" "}
        <button type="button" className="link-button" onClick={() => setAsking(true)}>
          Send again…
        </button>
      </span>
      <ResendUnknown ids={[message.id]} open={asking} onClose={() => setAsking(false)} />
    </p>
  );
}

/** Nothing repeats an unknown message by itself; a person does, told that it may arrive twice. */
export function ResendUnknown({ ids, open, onClose }: { ids: readonly string[]; open: boolean; onClose(): void }) {
  const several = ids.length > 1;
  return (
    <Confirm
      open={open}
      onClose={onClose}
      danger
      title={several ? `Send ${ids.length} messages again?` : "Send it again?"}
      what={
        several
          ? "They may have arrived already. If so, the fans get them twice. Look into the platform's own app first."
          : "It may have arrived already. If so, the fan gets it twice. Look into the platform's own app first."
      }
      yes="Send, even if it arrives twice"
      onYes={() => retryMessages(ids, true)}
    />
  );
}
