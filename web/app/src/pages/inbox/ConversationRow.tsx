import { memo } from "react";
import { Link } from "wouter";

import { useDraft } from "../../hooks/useDrafts";
import { useAccount, useAccounts, useChosenAccount } from "../../hooks/useAccounts";
import { useNow } from "../../hooks/useNow";
import { exactly, listTime } from "../../format/time";
import { plural } from "../../format/money";
import type { Conversation, Message } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { Avatar } from "../../ui/Avatar";
import { Ticks } from "./Ticks";

interface Props {
  conversation: Conversation;
  open: boolean;
}

export const ConversationRow = memo(function ConversationRow({ conversation, open }: Props) {
  const { id, fanId, lastMessageId, lastMessageAt, unreadCount } = conversation;
  const fan = useInbox((state) => state.fans[fanId]);
  const last = useInbox((state) => (lastMessageId ? state.messages[lastMessageId] : undefined));
  const draft = useDraft(id);
  const now = useNow();
  if (!fan) return null;
  const drafted = !open && draft.text.trim() !== "";
  return (
    <li>
      <Link
        href={`/inbox/${encodeURIComponent(id)}`}
        className={`row ${unreadCount > 0 ? "unread" : ""}`}
        aria-current={open ? "true" : undefined}
        data-conversation={id}
      >
        <Avatar name={fan.name} url={fan.avatar} size={46} />
        <span className="row-text">
          <span className="row-top">
            <span className="row-name one-line">{fan.name}</span>
            <AccountHint accountId={conversation.account?.id} />
            {lastMessageAt && (
              <time dateTime={lastMessageAt} title={exactly(lastMessageAt)} className="row-time numbers">
                {listTime(lastMessageAt, now)}
              </time>
            )}
          </span>
          <span className="row-bottom">
            {drafted ? (
              <span className="row-last one-line">
                <b className="row-draft">Draft:</b> {draft.text}
              </span>
            ) : (
              <LastMessage message={last} />
            )}
            {unreadCount > 0 && (
              <span className="badge">
                {unreadCount > 99 ? "99+" : unreadCount}
                <span className="unseen"> unread</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});

function LastMessage({ message }: { message: Message | undefined }) {
  if (!message) return <span className="row-last" />;
  const media = message.attachments.length;
  return (
    <span className="row-last one-line">
      {message.direction === "OUT" && <Ticks message={message} />}
      {media > 0 && <span className="row-media">[{plural(media, "attachment")}] </span>}
      {message.text}
    </span>
  );
}

/** Which account it is, where several are looked at together. */
function AccountHint({ accountId }: { accountId: string | undefined }) {
  const several = useAccounts().length > 1;
  const chosen = useChosenAccount();
  const account = useAccount(accountId);
  if (!several || chosen !== null || !account) return null;
  return <span className="row-account one-line">{account.displayName}</span>;
}
