import { ArrowLeft, Info, X } from "lucide-react";
import { Suspense, useState, type ReactNode } from "react";
import { Link, useLocation } from "wouter";

import { Boundary } from "../../Boundary";
import { useAccount } from "../../hooks/useAccounts";
import { useConversation } from "../../hooks/useConversation";
import { useNow } from "../../hooks/useNow";
import { prefer, usePreferences } from "../../hooks/usePreferences";
import { money } from "../../format/money";
import { ago } from "../../format/time";
import { ACCOUNT_STATUSES } from "../../format/words";
import { later } from "../../later";
import type { Account, Fan } from "../../store/entities";
import { post } from "../../store/sender";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/Button";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { Composer } from "./Composer";
import { ThreadView } from "./ThreadView";

const FanPanel = later(() => import("./FanPanel"));

export function ConversationView({ id, onBack }: { id: string; onBack(): void }) {
  const { conversation, fan, missing, problem, retry } = useConversation(id);
  const account = useAccount(conversation?.account?.id);
  const wide = usePreferences((state) => state.fanOpen);
  const [over, setOver] = useState(false);
  if (missing)
    return (
      <section className="nothing-open">
        <Empty icon={<Info aria-hidden />} title="There is no such conversation">
          <p>
            It may have been deleted. <Link href="/">Back to the inbox</Link>
          </p>
        </Empty>
      </section>
    );
  if (!conversation || !fan)
    return (
      <section className="talk">
        <div className="thread-inner">
          {problem ? (
            <Trouble words={problem} onRetry={retry} />
          ) : (
            <Bones label="The conversation is being fetched" heights={[40, 64, 40, 88, 40]} />
          )}
        </div>
      </section>
    );
  const beside = () => matchMedia("(min-width: 1180px)").matches;
  const toggle = () => (beside() ? prefer({ fanOpen: !wide }) : setOver(!over));
  const close = () => (beside() ? prefer({ fanOpen: false }) : setOver(false));
  return (
    <>
      <section className="talk" aria-label={`Conversation with ${fan.name}`}>
        <TalkHead fan={fan} onBack={onBack} onInfo={toggle} />
        <AccountTrouble account={account} />
        <ThreadView conversation={conversation} fan={fan} />
        <Composer id={id} name={fan.name} accountId={conversation.account?.id} closed={closedBecause(fan, account)} onSend={(draft) => post(id, draft)} />
      </section>
      <div className={`fan-place ${wide ? "wide" : ""} ${over ? "over" : ""}`}>
        <Boundary here={id} fallback={(trouble) => <NoPanel trouble={trouble} onClose={close} />}>
          <Suspense fallback={<div className="fan" />}>
            <FanPanel fan={fan} onClose={close} />
          </Suspense>
        </Boundary>
      </div>
    </>
  );
}

const NoPanel = ({ trouble, onClose }: { trouble: ReactNode; onClose(): void }) => (
  <div className="fan">
    <div className="fan-head">
      <IconButton label="Close" className="fan-close" onClick={onClose}>
        <X size={18} aria-hidden />
      </IconButton>
    </div>
    {trouble}
  </div>
);

function TalkHead({ fan, onBack, onInfo }: { fan: Fan; onBack(): void; onInfo(): void }) {
  const now = useNow();
  return (
    <header className="talk-head">
      <h1 className="unseen on-phones">Inbox</h1>
      <IconButton label="Back to the list" className="back" onClick={onBack}>
        <ArrowLeft size={20} aria-hidden />
      </IconButton>
      <Avatar name={fan.name} url={fan.avatar} size={40} />
      <div className="talk-who">
        <h2 className="one-line">{fan.name}</h2>
        <p className="faint one-line">
          {[fan.handle, fan.lastSeenAt && `seen ${ago(fan.lastSeenAt, now)}`].filter(Boolean).join(" · ")}
        </p>
      </div>
      {fan.valueCents > 0 && <span className="pill money numbers">{money(fan.valueCents)}</span>}
      <IconButton label="About this fan" onClick={onInfo}>
        <Info size={19} aria-hidden />
      </IconButton>
    </header>
  );
}

function closedBecause(fan: Fan, account: Account | undefined): string | null {
  if (fan.deletedAt) return "This fan was deleted. Nothing can be sent.";
  if (!account) return "This fan belongs to no connected account. Connect one in the settings to write.";
  return account.status === "DISCONNECTED" ? "This account is disconnected. Connect it in the settings to write." : null;
}

/** Messages wait while the account cannot send: said where they are written. */
function AccountTrouble({ account }: { account: Account | undefined }) {
  const [, go] = useLocation();
  if (!account || account.status === "CONNECTED" || account.status === "DISCONNECTED") return null;
  return (
    <p className="talk-trouble" role="status">
      {ACCOUNT_STATUSES[account.status]}: messages wait until the account is connected again.{" "}
      <button type="button" className="link-button" onClick={() => go("/settings")}>
        Settings
      </button>
    </p>
  );
}
