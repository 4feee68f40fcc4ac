import { CircleCheckBig } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { retryMessages } from "../../clients/messages";
import { useFailed } from "../../hooks/useQueue";
import { useNow } from "../../hooks/useNow";
import { plural } from "../../format/money";
import { exactly, listTime } from "../../format/time";
import { STATUSES } from "../../format/words";
import type { Message } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { say, sayWhy } from "../../ui/Toasts";
import { ResendUnknown } from "../inbox/Delivery";

const MOST = 100;

/** Messages that were not sent, and those of which nobody knows: one by one, or many at once. */
export function Failures() {
  const { messages, loading, complete, problem, loadMore, reload } = useFailed();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [resending, setResending] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const picked = messages.filter((each) => chosen.has(each.id));
  const acted = picked.length > 0 ? picked : messages;
  const failed = acted.filter((each) => each.status === "FAILED").slice(0, MOST);
  const unknown = acted.filter((each) => each.status === "UNKNOWN").slice(0, MOST);
  // What has cleared up meanwhile is not sent again.
  const doubtful = resending.filter((id) => messages.some((each) => each.id === id && each.status === "UNKNOWN"));
  const toggle = (id: string) => setChosen((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])));
  async function retry(ids: readonly string[]) {
    setBusy(true);
    try {
      await retryMessages(ids, false);
      say(`${plural(ids.length, "message")} on the way again.`);
      setChosen(new Set());
    } catch (fault) {
      sayWhy(fault);
    } finally {
      setBusy(false);
    }
  }
  return (
    <section className="card failures" aria-labelledby="failures">
      <header className="page-head">
        <h2 id="failures">Not sent, or not known</h2>
        {messages.length > 0 && (
          <div className="end">
            {picked.length > 0 && <span className="faint">{picked.length} chosen</span>}
            <Button small disabled={failed.length === 0 || busy} onClick={() => void retry(failed.map((each) => each.id))}>
              Try {picked.length > 0 ? "" : "all "}failed again ({failed.length})
            </Button>
            {unknown.length > 0 && (
              <Button small onClick={() => setResending(unknown.map((each) => each.id))}>
                Send unknown again… ({unknown.length})
              </Button>
            )}
          </div>
        )}
      </header>
      {loading && <Bones label="Failed messages are being fetched" heights={[44, 44, 44]} />}
      {problem && <Trouble words={problem} onRetry={reload} />}
      {complete && !problem && messages.length === 0 && (
        <Empty icon={<CircleCheckBig aria-hidden />} title="Everything arrived">
          <p>A message that cannot be sent, or of which nobody knows whether it arrived, appears here.</p>
        </Empty>
      )}
      {messages.length > 0 && (
        <ul>
          {messages.map((each) => (
            <Failure key={each.id} message={each} chosen={chosen.has(each.id)} onToggle={() => toggle(each.id)} onRetry={() => (each.status === "FAILED" ? void retry([each.id]) : setResending([each.id]))} />
          ))}
        </ul>
      )}
      {!loading && !complete && !problem && (
        <Button small onClick={loadMore}>
          Older ones
        </Button>
      )}
      <ResendUnknown ids={doubtful} open={doubtful.length > 0} onClose={() => setResending([])} />
    </section>
  );
}

interface Props {
  message: Message;
  chosen: boolean;
  onToggle(): void;
  onRetry(): void;
}

function Failure({ message, chosen, onToggle, onRetry }: Props) {
  const fan = useInbox((state) => state.fans[message.fan.id]);
  const now = useNow();
  const unknown = message.status === "UNKNOWN";
  const name = fan?.name ?? "A fan";
  return (
    <li className="failure">
      <input type="checkbox" checked={chosen} onChange={onToggle} aria-label={`Choose the message to ${name}`} />
      <Avatar name={name} url={fan?.avatar ?? null} size={36} />
      <div className="failure-text">
        <p className="one-line">
          <Link href={`/inbox/${encodeURIComponent(message.conversation.id)}`}>{name}</Link> {message.text}
        </p>
        <p className={unknown ? "why warn" : "why bad"}>
          {[STATUSES[message.status], message.delivery?.failureReason].filter(Boolean).join(": ")}
        </p>
      </div>
      <time className="faint numbers" dateTime={message.createdAt} title={exactly(message.createdAt)}>
        {listTime(message.createdAt, now)}
      </time>
      <Button small onClick={onRetry} aria-label={`${unknown ? "Send again…" : "Try again"}: message to ${name}`}>
        {unknown ? "Send again…" : "Try again"}
      </Button>
    </li>
  );
}
