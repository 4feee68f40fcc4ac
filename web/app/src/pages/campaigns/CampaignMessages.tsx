import { useState } from "react";
import { Link } from "wouter";

import type { Campaign } from "../../clients/campaigns";
import { useCampaignMessages } from "../../hooks/useCampaignMessages";
import { useNow } from "../../hooks/useNow";
import { STATUSES, waiting } from "../../format/words";
import { clockTime } from "../../format/time";
import type { MessageStatus } from "../../generated/operations";
import type { Message } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Bones, Trouble } from "../../ui/Empty";
import { Segments } from "../../ui/Fields";
import { Ticks } from "../inbox/Ticks";

const ALL = "All";
/** As the bar of progress divides them. */
const VIEWS: Readonly<Record<string, readonly MessageStatus[]>> = {
  Waiting: ["PENDING", "QUEUED"],
  "Being sent": ["SENDING"],
  Sent: ["SENT", "DELIVERED"],
  "Not sent": ["FAILED"],
  Unknown: ["UNKNOWN"],
  "Taken back": ["CANCELLED"],
};
const CHOICES = [ALL, ...Object.keys(VIEWS)].map((each) => [each, each] as const);

/** One message for each recipient, by where it is. All are here, so that their events alone move them between the views. */
export function CampaignMessages({ campaign }: { campaign: Campaign }) {
  const [view, setView] = useState(ALL);
  const { messages, loading, complete, problem, loadMore, reload } = useCampaignMessages(campaign.id, campaign.startedAt);
  const shown = messages.filter(({ status }) => VIEWS[view]?.includes(status) ?? true);
  return (
    <section className="card" aria-labelledby="recipients">
      <header className="page-head">
        <h2 id="recipients">Recipients</h2>
        <div className="end scrolling">
          <Segments label="Which messages" value={view} choices={CHOICES} onChange={setView} />
        </div>
      </header>
      {loading && <Bones label="Messages are being fetched" heights={[40, 40, 40, 40]} />}
      {problem && <Trouble words={problem} onRetry={reload} />}
      {complete && !problem && shown.length === 0 && <p className="faint">None.</p>}
      <ul>
        {shown.map((each) => (
          <Row key={each.id} message={each} />
        ))}
      </ul>
      {!loading && !complete && !problem && (
        <Button small onClick={loadMore}>
          Show more
        </Button>
      )}
    </section>
  );
}

function Row({ message }: { message: Message }) {
  const fan = useInbox((state) => state.fans[message.fan.id]);
  const now = useNow();
  const name = fan?.name ?? "A fan";
  return (
    <li className="recipient">
      <Avatar name={name} url={fan?.avatar ?? null} size={30} />
      <Link href={`/inbox/${encodeURIComponent(message.conversation.id)}`} className="one-line recipient-name">
        {name}
      </Link>
      <span className="faint one-line recipient-state">{stateOf(message, now)}</span>
      <Ticks message={message} size={15} />
    </li>
  );
}

function stateOf(message: Message, now: Date): string {
  const { status, delivery } = message;
  if (status === "FAILED") return delivery?.failureReason ?? STATUSES.FAILED;
  if (delivery?.sentAt) return `${STATUSES[status]} ${clockTime(delivery.sentAt)}`;
  if ((status === "QUEUED" || status === "PENDING") && delivery?.waitReason) return waiting(delivery, now);
  return STATUSES[status];
}
