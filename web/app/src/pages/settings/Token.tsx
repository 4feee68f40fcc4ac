import { useEffect, useState, type FormEvent } from "react";

import { fetchAllowances } from "../../clients/viewer";
import { useNow } from "../../hooks/useNow";
import { numeral } from "../../format/money";
import { duration, moment } from "../../format/time";
import { claimsOf } from "../../session/claims";
import { signIn, signOut, useSession } from "../../session/session";
import { bare } from "../../session/token";
import { useInbox } from "../../store/inbox";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Fields";
import { say } from "../../ui/Toasts";

const OPERATIONS: Record<string, string> = { writes: "Changes", imports: "Imports", bulkSends: "Campaigns" };

/** Who is signed in, until when, and what she may do how often. */
export function Token() {
  const viewer = useInbox((state) => state.viewer);
  const { token } = useSession();
  const { exp } = claimsOf(token);
  const now = useNow();
  const [problem, setProblem] = useState<string | null>(null);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const pasted = String(new FormData(event.currentTarget).get("token"));
    if (claimsOf(bare(pasted)).sub === undefined) return setProblem("This is no token. It has three groups of letters and digits, joined by dots.");
    setProblem(null);
    event.currentTarget.reset();
    signIn(pasted);
    say("The new token is in use.");
  }
  return (
    <section className="card" aria-labelledby="token">
      <header className="page-head">
        <h2 id="token">Sign-in</h2>
        <div className="end">
          <Button small onClick={signOut}>
            Sign out
          </Button>
        </div>
      </header>
      <dl className="facts wide">
        <div>
          <dt>User</dt>
          <dd>{viewer?.userId}</dd>
        </div>
        {viewer && viewer.actor !== viewer.userId && (
          <div>
            <dt>You are</dt>
            <dd>{viewer.actor}</dd>
          </div>
        )}
        <div>
          <dt>Time zone</dt>
          <dd>{viewer?.timeZone}</dd>
        </div>
        {exp !== undefined && (
          <div>
            <dt>Token valid until</dt>
            <dd className="numbers">{moment(new Date(exp * 1000).toISOString(), now)}</dd>
          </div>
        )}
      </dl>
      <Allowances />
      <form className="token-form" onSubmit={submit}>
        <TextField label="Another token" name="token" className="secret" required autoComplete="off" spellCheck={false} placeholder="eyJ…" problem={problem} hint="Kept until this tab is closed. Another person's starts afresh." />
        <Button type="submit">Use it</Button>
      </form>
    </section>
  );
}

type Allowance = Awaited<ReturnType<typeof fetchAllowances>>[number];

function Allowances() {
  const [allowances, setAllowances] = useState<readonly Allowance[]>([]);
  useEffect(() => {
    fetchAllowances().then(setAllowances, () => setAllowances([]));
  }, []);
  return (
    <ul className="allowances">
      {allowances.map(({ operation, limit, windowSeconds, remaining }) => (
        <li key={operation}>
          <p>
            <b>{OPERATIONS[operation] ?? operation}</b>{" "}
            <span className="faint numbers">
              {numeral(remaining)} of {numeral(limit)} left in {duration(windowSeconds)}
            </span>
          </p>
          <div className="bar">
            <i style={{ width: `${(100 * remaining) / limit}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}
