import { useEffect, useState } from "react";

import { fetchDetails } from "../../clients/messages";
import { STATUSES } from "../../format/words";
import { exactly } from "../../format/time";
import type { Message } from "../../store/entities";
import { Popover } from "../../ui/Popover";
import { Ticks } from "./Ticks";

type Details = NonNullable<Awaited<ReturnType<typeof fetchDetails>>>;

const OUTCOMES = { SENT: "taken", NOT_SENT: "not taken", REFUSED: "refused", UNKNOWN: "no answer" } as const;

/** The way of a message, step by step, behind its ticks. */
export function MessageDetails({ message }: { message: Message }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      side="top"
      align="end"
      title={STATUSES[message.status]}
      trigger={
        <button type="button" className="ticks-button" aria-label={`${STATUSES[message.status]}. The way of this message`}>
          <Ticks message={message} />
        </button>
      }
    >
      {open && <Steps message={message} />}
    </Popover>
  );
}

function Steps({ message }: { message: Message }) {
  const [details, setDetails] = useState<Details | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    fetchDetails(message.id).then(setDetails, (fault: Error) => setProblem(fault.message));
  }, [message.id, message.version]);
  const { createdAt, sentBy, delivery } = message;
  const steps: [string, string | null | undefined][] = [
    [sentBy ? `Written by ${sentBy}` : "Written", createdAt],
    ["Taken by the queue", delivery?.queuedAt],
    ["Taken by the platform", delivery?.sentAt],
    ["Delivered", delivery?.deliveredAt],
  ];
  return (
    <>
      <dl className="steps">
        {steps.map(([words, at]) => at && <Step key={words} words={words} at={at} />)}
        {details?.delivery?.attempts.map((attempt) => (
          <Step
            key={attempt.number}
            words={`Attempt ${attempt.number}: ${attempt.outcome ? OUTCOMES[attempt.outcome] : "under way"}${attempt.detail ? `, ${attempt.detail}` : ""}`}
            at={attempt.startedAt}
          />
        ))}
      </dl>
      {problem && <p className="form-problem">{problem}</p>}
    </>
  );
}

const Step = ({ words, at }: { words: string; at: string }) => (
  <div>
    <dt>{words}</dt>
    <dd className="faint numbers">{exactly(at)}</dd>
  </div>
);
