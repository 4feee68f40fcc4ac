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

const VIEWS: readonly (readonly ["ALL" | MessageStatus, string])[] = [
  ["ALL", "All"],
  ["QUEUED", "Waiting"],
  ["SENT", "Sent"],
  ["FAILED", "Not sent"],
  ["UNKNOWN", "Unknown"],
];

/** One message for each recipient, by where it is. */
export function CampaignMessages({ campaign }: { campaign: Campaign }) {
  const [view, setView] = useState<"ALL" | MessageStatus>("ALL");
  const { metrics } = campaign;
  const moved = view === "ALL" ? metrics.recipients : `${metrics.sent} ${metrics.failed} ${metrics.unknown} ${metrics.waiting}`;
  const { messages, loading, complete, problem, loadMore, retry } = useCampaignMessages(campaign.id, view === "ALL" ? null : view, moved);
  const shown = view === "ALL" ? messages : messages.filter((each) => each.status === view);
  return (
    <section className="card" aria-labelledby="recipients">
      <header className="page-head">
        <h2 id="recipients">Recipients</h2>
        <div className="end scrolling">
          <Segments label="Which messages" value={view} choices={VIEWS} onChange={setView} />
        </div>
      </header>
      {loading && <Bones label="Messages are being fetched" heights={[40, 40, 40, 40]} />}
      {problem && <Trouble words={problem} onRetry={retry} />}
      {!loading && !problem && shown.length === 0 && <p className="faint">None.</p>}
      <ul>
        {shown.map((each) => (
          <Row key={each.id} message={each} />
        ))}
      </ul>
      {!complete && (
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
