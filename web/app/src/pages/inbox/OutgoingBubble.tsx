import { CircleX, Clock, Users } from "lucide-react";

import { takeBack } from "../../hooks/useDrafts";
import { money } from "../../format/money";
import { clockTime } from "../../format/time";
import type { Outgoing } from "../../store/outbox";
import { discard, sendAnyway } from "../../store/sender";
import { AttachmentNames } from "./Attachments";

interface Props {
  outgoing: Outgoing;
  /** Where its text goes to be edited; the place it was written at if not given. */
  draftId?: string;
}

/** A message the server does not have yet: it looks like the others at once. */
export function OutgoingBubble({ outgoing, draftId = outgoing.conversationId }: Props) {
  const { text, writtenAt, priceCents, attachments, state } = outgoing;
  return (
    <article className="line mine" data-status="OUTGOING" aria-label={`You, ${clockTime(writtenAt)}`}>
      <div className={`bubble mine first last ${state === "refused" ? "failed" : ""}`}>
        <AttachmentNames attachments={attachments} />
        <p className="bubble-text">{text}</p>
        <div className="bubble-end">
          {priceCents ? <span className="price">{money(priceCents)}</span> : null}
          <time dateTime={writtenAt} className="numbers">
            {clockTime(writtenAt)}
          </time>
          <Clock size={14} aria-hidden />
        </div>
      </div>
      <Words outgoing={outgoing} draftId={draftId} />
    </article>
  );
}

function Words({ outgoing, draftId }: Required<Props>) {
  const { clientKey, state, words } = outgoing;
  const edit = () => {
    const { text, priceCents, attachments, scheduledAt } = outgoing;
    takeBack(draftId, { text, priceCents, attachments, scheduledAt });
    discard(clientKey);
  };
  if (state === "repeating")
    return <p className="delivery">{words ?? "No connection. It is sent as soon as it is back, and only once."}</p>;
  if (state === "overtaken")
    return (
      <p className="delivery warn" role="alert">
        <Users size={14} aria-hidden />
        <span>
          A colleague answered first; this was not sent.{" "}
          <button type="button" className="link-button" onClick={() => sendAnyway(clientKey)}>
            Send anyway
          </button>{" "}
          <button type="button" className="link-button" onClick={edit}>
            Edit
          </button>{" "}
          <button type="button" className="link-button" onClick={() => discard(clientKey)}>
            Discard
          </button>
        </span>
      </p>
    );
  if (state === "refused")
    return (
      <p className="delivery bad" role="alert">
        <CircleX size={14} aria-hidden />
        <span>
          Not sent: {words}{" "}
          <button type="button" className="link-button" onClick={edit}>
            Edit
          </button>{" "}
          <button type="button" className="link-button" onClick={() => discard(clientKey)}>
            Discard
          </button>
        </span>
      </p>
    );
  return null;
}
