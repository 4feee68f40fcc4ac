import type { fetchBacklogs } from "../../clients/accounts";
import { useAccount, useChosenAccount } from "../../hooks/useAccounts";
import { numeral } from "../../format/money";
import { clockTime, duration } from "../../format/time";
import { ACCOUNT_STATUSES, PLATFORMS } from "../../format/words";
import { Avatar } from "../../ui/Avatar";

type Row = Awaited<ReturnType<typeof fetchBacklogs>>[number];

/** What waits in each account: each has a limit of its own. */
export function Backlogs({ accounts }: { accounts: readonly Row[] }) {
  const chosen = useChosenAccount();
  const shown = accounts.filter((each) => chosen === null || each.id === chosen);
  return (
    <section className="card" aria-labelledby="backlogs">
      <h2 id="backlogs">By account</h2>
      <ul className="backlogs">
        {shown.map((each) => (
          <Backlog key={each.id} row={each} />
        ))}
      </ul>
    </section>
  );
}

function Backlog({ row: { id, backlog } }: { row: Row }) {
  const account = useAccount(id);
  if (!account) return null;
  const well = account.status === "CONNECTED";
  const parts = [
    `${numeral(backlog.waiting)} waiting`,
    backlog.sending > 0 && `${numeral(backlog.sending)} being sent`,
    backlog.failed > 0 && `${numeral(backlog.failed)} failed`,
    backlog.unknown > 0 && `${numeral(backlog.unknown)} unknown`,
  ].filter(Boolean);
  return (
    <li className="backlog">
      <Avatar name={account.displayName} url={account.avatar} size={38} />
      <div className="backlog-who">
        <p>
          <b>{account.displayName}</b> <span className="faint">{PLATFORMS[account.platform]}</span>
        </p>
        <p className="faint">{well ? parts.join(", ") : ACCOUNT_STATUSES[account.status]}</p>
      </div>
      {well && backlog.waiting > 0 && (
        <p className="faint numbers backlog-when">
          {backlog.nextSendAt && `next ${clockTime(backlog.nextSendAt)}, `}empty in {duration(backlog.estimatedDrainSeconds)}
        </p>
      )}
    </li>
  );
}
