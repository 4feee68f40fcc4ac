import type { fetchBacklogs } from "../../clients/accounts";
import { useAccount, useChosenAccount } from "../../hooks/useAccounts";
import type { Known } from "../../hooks/useQueue";
import { numeral } from "../../format/money";
import { clockTime, duration } from "../../format/time";
import { ACCOUNT_STATUSES, PLATFORMS } from "../../format/words";
import { Avatar } from "../../ui/Avatar";
import { Bones, Trouble } from "../../ui/Empty";

type Row = Awaited<ReturnType<typeof fetchBacklogs>>[number];

/** What waits in each account: each has a limit of its own. */
export function Backlogs({ value, problem, retry }: Known<readonly Row[]>) {
  const chosen = useChosenAccount();
  const shown = problem ? [] : (value ?? []).filter((each) => chosen === null || each.id === chosen);
  return (
    <section className="card" aria-labelledby="backlogs">
      <h2 id="backlogs">By account</h2>
      {problem && <Trouble words={problem} onRetry={retry} />}
      {value === null && !problem && <Bones label="Accounts are being counted" heights={[44]} />}
      {value?.length === 0 && <p className="faint">No account is connected.</p>}
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
