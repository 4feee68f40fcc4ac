import { MessagesSquare } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation, useParams } from "wouter";

import { useInbox } from "../../store/inbox";
import { Empty } from "../../ui/Empty";
import { ConversationList } from "./ConversationList";
import { ConversationView } from "./ConversationView";
import { Help } from "./Help";
import { useInboxKeys } from "./useInboxKeys";
import "../../styles/inbox.css";
import "../../styles/thread.css";
import "../../styles/thread-states.css";
import "../../styles/composer.css";
import "../../styles/fan-panel.css";

/** Conversations on the left, one of them beside it; on a phone one after the other. */
export default function InboxPage() {
  const { id } = useParams<{ id?: string }>();
  const openId = id ? decoded(id) : null;
  const [helping, setHelping] = useState(false);
  const held = useInbox((state) => (openId ? state.conversations[openId] !== undefined : true));
  const [, go] = useLocation();
  useInboxKeys(openId, () => setHelping(true));
  useEffect(() => scrollIntoList(openId), [openId, held]);
  return (
    <div className={`inbox ${openId ? "open" : ""}`}>
      <ConversationList openId={openId} />
      {openId ? (
        <ConversationView key={openId} id={openId} onBack={() => go("/")} />
      ) : (
        <section className="nothing-open">
          <Empty icon={<MessagesSquare aria-hidden />} title="Choose a conversation">
            <p>
              <kbd>↑</kbd> <kbd>↓</kbd> go through the list, <kbd>?</kbd> shows all keys.
            </p>
          </Empty>
        </section>
      )}
      <Help open={helping} onClose={() => setHelping(false)} />
    </div>
  );
}

/** An address that cannot be decoded is that of no conversation: it is asked for as it is, and not found. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function scrollIntoList(openId: string | null): void {
  if (!openId) return;
  document.querySelector(`[data-conversation="${CSS.escape(openId)}"]`)?.scrollIntoView({ block: "nearest" });
}
