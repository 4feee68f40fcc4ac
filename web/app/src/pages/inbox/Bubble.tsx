import { Lock, LockOpen, Megaphone, Smartphone, Sparkles } from "lucide-react";
import { memo } from "react";

import { money } from "../../format/money";
import { clockTime, exactly } from "../../format/time";
import type { Fan, Message } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { momentOf } from "../../store/order";
import { Attachments } from "./Attachments";
import { Delivery } from "./Delivery";
import { MessageDetails } from "./MessageDetails";

interface Props {
  message: Message;
  fan: Fan;
  first: boolean;
  last: boolean;
}

export const Bubble = memo(function Bubble({ message, fan, first, last }: Props) {
  const mine = message.direction === "OUT";
  const at = momentOf(message);
  const classes = ["bubble", mine ? "mine" : "theirs", first && "first", last && "last", message.status.toLowerCase()];
  return (
    <article className={`line ${mine ? "mine" : "theirs"}`} data-status={message.status} aria-label={`${mine ? "You" : fan.name}, ${clockTime(at)}`}>
      <div className={classes.filter(Boolean).join(" ")}>
        <Origin message={message} />
        <Attachments attachments={message.attachments} />
        <p className="bubble-text">{message.text}</p>
        <div className="bubble-end">
          <Price message={message} />
          <time dateTime={at} title={exactly(at)} className="numbers">
            {clockTime(at)}
          </time>
          {mine && <MessageDetails message={message} />}
        </div>
      </div>
      {mine && <Delivery message={message} />}
    </article>
  );
});

/** Who or what wrote it, where it was not the reader. */
function Origin({ message }: { message: Message }) {
  const me = useInbox((state) => state.viewer?.actor);
  const { origin, sentBy, direction } = message;
  if (direction === "IN") return null;
  const by = sentBy && sentBy !== me ? sentBy : null;
  if (origin === "CAMPAIGN") return <Mark icon={<Megaphone size={12} aria-hidden />} words="Campaign" />;
  if (origin === "PLATFORM_APP") return <Mark icon={<Smartphone size={12} aria-hidden />} words="Sent in the platform's app" />;
  if (origin === "AI") return <Mark icon={<Sparkles size={12} aria-hidden />} words={by ? `AI, ${by}` : "AI"} />;
  return by ? <Mark words={by} /> : null;
}

const Mark = ({ icon, words }: { icon?: React.ReactNode; words: string }) => (
  <span className="bubble-origin">
    {icon}
    {words}
  </span>
);

function Price({ message }: { message: Pick<Message, "priceCents" | "purchasedAt"> }) {
  const { priceCents, purchasedAt } = message;
  if (!priceCents) return null;
  return (
    <span className={`price ${purchasedAt ? "paid" : ""}`}>
      {purchasedAt ? <LockOpen size={12} aria-hidden /> : <Lock size={12} aria-hidden />}
      {money(priceCents)}
      {purchasedAt ? " unlocked" : <span className="unseen"> to unlock</span>}
    </span>
  );
}
