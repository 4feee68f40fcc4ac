import { useEffect, useState } from "react";
import { useLocation } from "wouter";

import { useAccount } from "../../hooks/useAccounts";
import type { Fan } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { post } from "../../store/sender";
import { Dialog } from "../../ui/Dialog";
import { Composer } from "../inbox/Composer";
import { OutgoingBubble } from "../inbox/OutgoingBubble";
import "../../styles/inbox.css";
import "../../styles/thread.css";
import "../../styles/thread-states.css";
import "../../styles/composer.css";
import "../../styles/fan-panel.css";

/** The first message to somebody: it makes the conversation, which is then opened. To be made anew for another fan. */
export function WriteDialog({ fan, onClose }: { fan: Fan; onClose(): void }) {
  const account = useAccount(fan.account?.id);
  // Closed and opened again, it shows what is still on its way, and what was refused.
  const outgoing = useInbox((state) => state.outbox.find((each) => each.toFan && each.conversationId === fan.id));
  const [sent, setSent] = useState(outgoing?.clientKey);
  const key = outgoing?.clientKey ?? sent;
  const talk = useInbox((state) => (key === undefined ? undefined : Object.values(state.messages).find((each) => each.clientKey === key)?.conversation.id));
  const [, go] = useLocation();
  useEffect(() => {
    if (talk) go(`/inbox/${encodeURIComponent(talk)}`);
  }, [talk, go]);
  const connected = account && account.status !== "DISCONNECTED";
  return (
    <Dialog open onClose={onClose} title={`Write to ${fan.name}`} wide what="This begins the conversation.">
      {outgoing ? (
        <OutgoingBubble outgoing={outgoing} />
      ) : (
        <Composer
          id={fan.id}
          name={fan.name}
          accountId={fan.account?.id}
          closed={connected ? null : "This fan belongs to no connected account. Connect one in the settings to write."}
          onSend={(draft) => setSent(post(fan.id, draft, true).clientKey)}
        />
      )}
    </Dialog>
  );
}
