import { Inbox, SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "wouter";

import { useConversations } from "../../hooks/useConversations";
import { filtersOf, useWanted, want } from "../../hooks/useWanted";
import { everything } from "../../store/order";
import { Button } from "../../ui/Button";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { ConversationRow } from "./ConversationRow";
import { ListHead } from "./ListHead";

export function ConversationList({ openId }: { openId: string | null }) {
  const wanted = useWanted();
  const { conversations, loading, complete, problem, loadMore, retry } = useConversations(wanted, openId);
  return (
    <section className="list" aria-label="Conversations">
      <ListHead />
      <div className="list-scroll" tabIndex={-1}>
        {loading && <Bones label="Conversations are being fetched" heights={[56, 56, 56, 56, 56, 56, 56]} />}
        {problem && conversations.length === 0 && <Trouble words={problem} onRetry={retry} />}
        {!loading && !problem && complete && conversations.length === 0 && <Nothing />}
        <ul>
          {conversations.map((each) => (
            <ConversationRow key={each.id} conversation={each} open={each.id === openId} />
          ))}
        </ul>
        {!loading && !complete && problem === null && <More onSeen={loadMore} key={conversations.length} />}
        {problem && conversations.length > 0 && (
          <div className="list-more">
            <Button small onClick={retry}>
              Load more
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

/** Fetches the next page when the end of the list comes near. */
function More({ onSeen }: { onSeen(): void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), { rootMargin: "600px" });
    if (end.current) watcher.observe(end.current);
    return () => watcher.disconnect();
  });
  return (
    <div ref={end} className="list-more" role="status" aria-label="More conversations are being fetched">
      <div className="bone" style={{ height: 48 }} />
    </div>
  );
}

function Nothing() {
  const wanted = useWanted();
  const narrowed = wanted.search !== "" || filtersOf(wanted) > 0;
  if (narrowed)
    return (
      <Empty icon={<SearchX aria-hidden />} title="No conversation fits">
        <p>Try fewer words, or look at all conversations.</p>
        <Button onClick={() => want(everything)}>Show all</Button>
      </Empty>
    );
  if (wanted.view !== "all")
    return (
      <Empty icon={<Inbox aria-hidden />} title={wanted.view === "unread" ? "All read" : "Everybody has an answer"}>
        <p>{wanted.view === "unread" ? "New messages appear here by themselves." : "Whoever writes next appears here."}</p>
        <Button onClick={() => want({ view: "all" })}>Show all conversations</Button>
      </Empty>
    );
  return (
    <Empty icon={<Inbox aria-hidden />} title="No conversations yet">
      <p>
        When a fan writes, the message appears here by itself. You can also write first: choose somebody on the page{" "}
        <Link href="/fans">Fans</Link>.
      </p>
    </Empty>
  );
}
