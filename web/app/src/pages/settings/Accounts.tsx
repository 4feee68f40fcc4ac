import { Plug } from "lucide-react";
import { useState } from "react";

import { disconnectAccount } from "../../clients/accounts";
import { useAccounts } from "../../hooks/useAccounts";
import { ACCOUNT_STATUSES, PLATFORMS } from "../../format/words";
import { calendarDay } from "../../format/time";
import type { Account } from "../../store/entities";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { say } from "../../ui/Toasts";
import { ConnectDialog } from "./ConnectDialog";

/** The creator accounts: connect, connect again, disconnect. */
export function Accounts() {
  const accounts = useAccounts();
  const [connecting, setConnecting] = useState<Account | "new" | null>(null);
  return (
    <section className="card" aria-labelledby="accounts">
      <header className="page-head">
        <h2 id="accounts">Creator accounts</h2>
        <div className="end">
          <Button kind={accounts.length === 0 ? "primary" : undefined} small onClick={() => setConnecting("new")}>
            Connect an account
          </Button>
        </div>
      </header>
      {accounts.length === 0 && (
        <Empty icon={<Plug aria-hidden />} title="No account yet">
          <p>Connect a creator's account with its key. Messages of fans then arrive here by themselves.</p>
        </Empty>
      )}
      <ul>
        {accounts.map((each) => (
          <AccountRow key={each.id} account={each} onConnect={() => setConnecting(each)} />
        ))}
      </ul>
      {connecting && <ConnectDialog account={connecting === "new" ? null : connecting} onClose={() => setConnecting(null)} />}
    </section>
  );
}

function AccountRow({ account, onConnect }: { account: Account; onConnect(): void }) {
  const [asking, setAsking] = useState(false);
  const { id, displayName, platform, accountId, avatar, status, statusDetail, connectedAt } = account;
  const well = status === "CONNECTED";
  return (
    <li className="account">
      <Avatar name={displayName} url={avatar} size={44} />
      <div className="account-who">
        <p>
          <b>{displayName}</b> <span className="faint">{PLATFORMS[platform]} · {accountId}</span>
        </p>
        <p className={well ? "faint" : "why bad"}>
          {well && connectedAt ? `Connected since ${calendarDay(connectedAt)}` : ACCOUNT_STATUSES[status]}
          {!well && statusDetail ? `: ${statusDetail}` : ""}
        </p>
      </div>
      <Button small kind={well ? undefined : "primary"} onClick={onConnect} aria-label={`${well ? "New key" : "Connect again"}: ${displayName}`}>
        {well ? "New key" : "Connect again"}
      </Button>
      {status !== "DISCONNECTED" && (
        <Button small kind="quiet" onClick={() => setAsking(true)} aria-label={`Disconnect ${displayName}`}>
          Disconnect
        </Button>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        danger
        title={`Disconnect ${displayName}?`}
        what="Nothing is sent any more, and new messages are refused. What waits is kept, and goes on when the account is connected again."
        yes="Disconnect"
        onYes={() => disconnectAccount(id).then(() => say(`${displayName} is disconnected.`))}
      />
    </li>
  );
}
