import type { QueuePartsFragment } from "../../generated/operations";
import { useNarrowed } from "../../hooks/useAccounts";
import { useNow } from "../../hooks/useNow";
import { numeral, plural } from "../../format/money";
import { ago, duration } from "../../format/time";

/** The queue in figures; each with what it means. */
export function Figures({ queue }: { queue: QueuePartsFragment }) {
  const now = useNow();
  const narrowed = useNarrowed();
  const { messages, windowSeconds, minGapSeconds } = queue.rateLimit;
  const rate = Math.round(queue.failureRate * 1000) / 10;
  return (
    <section aria-label="The queue in figures">
      {narrowed && <p className="faint figures-of">Of all accounts:</p>}
      <dl className="figures">
        <Figure name="Waiting" value={numeral(queue.depth)} more={queue.depth > 0 ? `empty in about ${duration(queue.estimatedTimeSeconds)}` : "nothing waits"} />
        <Figure name="Being sent" value={numeral(queue.inFlight)} more="at this moment" />
        <Figure name="Failed or unknown" value={numeral(queue.backlog.failed + queue.backlog.unknown)} more={`${numeral(queue.backlog.failed)} failed, ${numeral(queue.backlog.unknown)} unknown`} alarm={queue.backlog.failed + queue.backlog.unknown > 0} />
        <Figure name="Dead letters" value={queue.dlqCount === null ? "–" : numeral(queue.dlqCount)} more={queue.dlqCount === null ? "the queue cannot be asked" : "unreadable to the worker"} alarm={(queue.dlqCount ?? 0) > 0} />
        <Figure name="Done today" value={numeral(queue.messagesProcessedToday)} more={`of ${numeral(queue.messagesQueuedToday)} taken; ${rate} % failed`} />
        <Figure name="Last done" value={ago(queue.lastProcessedAt, now)} more={`${plural(messages, "message")} in ${duration(windowSeconds)} per account, ${minGapSeconds} s apart`} words />
      </dl>
    </section>
  );
}

interface Props {
  name: string;
  value: string;
  more: string;
  alarm?: boolean;
  words?: boolean;
}

function Figure({ name, value, more, alarm, words }: Props) {
  return (
    <div className="figure-card">
      <dt>{name}</dt>
      <dd className={`figure ${alarm ? "alarm" : ""} ${words ? "in-words" : ""}`}>{value}</dd>
      <dd className="faint">{more}</dd>
    </div>
  );
}
