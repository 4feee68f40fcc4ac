import { ArrowDown, MessageCircle } from "lucide-react";
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from "react";

import { useMarkRead } from "../../hooks/useMarkRead";
import { useStickyScroll } from "../../hooks/useStickyScroll";
import { useThread } from "../../hooks/useThread";
import { useNow } from "../../hooks/useNow";
import { dayName, sameDay } from "../../format/time";
import type { Conversation, Fan, Message } from "../../store/entities";
import { lastToRead, momentOf } from "../../store/order";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { Button } from "../../ui/Button";
import { Bubble } from "./Bubble";
import { OutgoingBubble } from "./OutgoingBubble";

const GROUP_MS = 5 * 60_000;

/** The messages of one conversation; to be made anew for another one. */
export function ThreadView({ conversation, fan }: { conversation: Conversation; fan: Fan }) {
  const { id } = conversation;
  const { messages, outgoing, loading, complete, problem, loadOlder, retry } = useThread(id);
  const scroll = useStickyScroll(messages[0]?.id, messages.length + outgoing.length, complete, loadOlder);
  const firstNew = useFirstNew(conversation, messages, loading);
  useMarkRead(conversation, lastToRead(messages), scroll.atBottom && !loading);
  const newer = useNewer(messages, scroll.atBottom);
  useOwnInSight(outgoing.length, scroll.toBottom);
  return (
    <div className="thread-frame">
      <div className="thread" ref={scroll.box} tabIndex={0} role="log" aria-label={`Messages with ${fan.name}`} aria-busy={loading}>
        <div className="thread-inner" ref={scroll.content}>
          {loading && <Bones label="Messages are being fetched" heights={[40, 64, 40, 88, 40]} />}
          {problem && messages.length === 0 && <Trouble words={problem} onRetry={retry} />}
          {!loading && !problem && messages.length + outgoing.length === 0 && (
            <Empty icon={<MessageCircle aria-hidden />} title={`Say hello to ${fan.name}`}>
              <p>There are no messages yet. What you write below is the first one.</p>
            </Empty>
          )}
          {!loading && !complete && messages.length > 0 && (
            <div className="older">
              {problem ? (
                <Button small onClick={retry}>
                  {problem} Try again
                </Button>
              ) : (
                <div className="bone" style={{ height: 36 }} role="status" aria-label="Older messages are being fetched" />
              )}
            </div>
          )}
          <Bubbles messages={messages} fan={fan} firstNew={firstNew} />
          {outgoing.map((each) => (
            <OutgoingBubble key={each.clientKey} outgoing={each} draftId={id} />
          ))}
        </div>
      </div>
      {!scroll.atBottom && messages.length > 0 && (
        <button type="button" className="to-newest button" onClick={scroll.toBottom}>
          <ArrowDown size={16} aria-hidden />
          {newer > 0 ? `${newer} new` : "Newest"}
        </button>
      )}
    </div>
  );
}

function Bubbles({ messages, fan, firstNew }: { messages: Message[]; fan: Fan; firstNew: string | null }) {
  const now = useNow();
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const at = momentOf(message);
    const newDay = !before || !sameDay(momentOf(before), at);
    return (
      <Fragment key={message.clientKey ?? message.id}>
        {newDay && (
          <div className="day" role="separator" aria-label={dayName(at, now)}>
            <span>{dayName(at, now)}</span>
          </div>
        )}
        {message.id === firstNew && (
          <div className="new-line" role="separator" aria-label="New messages">
            <span>New</span>
          </div>
        )}
        <Bubble message={message} fan={fan} first={newDay || !grouped(before, message)} last={!grouped(message, after)} />
      </Fragment>
    );
  });
}

function grouped(one: Message | undefined, other: Message | undefined): boolean {
  if (!one || !other || one.direction !== other.direction) return false;
  const [before, after] = [momentOf(one), momentOf(other)];
  return sameDay(before, after) && Date.parse(after) - Date.parse(before) < GROUP_MS;
}

/** The first message that was unread when the conversation was opened; it keeps its mark until it is left. */
function useFirstNew(conversation: Conversation, messages: Message[], loading: boolean): string | null {
  const [count] = useState(conversation.unreadCount);
  const [first, setFirst] = useState<string | null>(null);
  useEffect(() => {
    // Only when the thread has arrived: what comes later is read as it comes.
    if (!loading && count > 0) setFirst(messages.filter(({ direction }) => direction === "IN").at(-count)?.id ?? null);
  }, [loading, count]);
  return first;
}

/** Who sends looks at what she sent, also from further up. */
function useOwnInSight(count: number, toBottom: () => void): void {
  const before = useRef(count);
  useLayoutEffect(() => {
    if (count > before.current) toBottom();
    before.current = count;
  }, [count, toBottom]);
}

/** How many messages came while the reader was further up. */
function useNewer(messages: Message[], atBottom: boolean): number {
  const [seen, setSeen] = useState<string | undefined>(undefined);
  const last = messages.at(-1)?.id;
  useEffect(() => {
    if (atBottom) setSeen(last);
  }, [atBottom, last]);
  const at = messages.findIndex((message) => message.id === seen);
  return at < 0 ? 0 : messages.length - 1 - at;
}
