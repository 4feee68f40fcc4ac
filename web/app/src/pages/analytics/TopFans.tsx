import { Link } from "wouter";

import { exactMoney } from "../../format/money";
import type { Fan } from "../../store/entities";
import { useInbox } from "../../store/inbox";
import { Avatar } from "../../ui/Avatar";

/** The ten who paid most, as bars beside each other. */
export function TopFans({ fans }: { fans: readonly Fan[] }) {
  const most = Math.max(1, ...fans.map((each) => each.valueCents));
  return (
    <section className="card" aria-labelledby="top">
      <h2 id="top">Who paid most</h2>
      {fans.length === 0 && <p className="faint">Nobody has paid yet. Unlocked messages and tips count.</p>}
      <ol className="top">
        {fans.map((fan) => (
          <Bar key={fan.id} fan={fan} share={fan.valueCents / most} />
        ))}
      </ol>
    </section>
  );
}

function Bar({ fan, share }: { fan: Fan; share: number }) {
  const talk = useInbox((state) => Object.values(state.conversations).find((each) => each.fanId === fan.id)?.id);
  return (
    <li>
      <Avatar name={fan.name} url={fan.avatar} size={28} />
      {talk ? (
        <Link href={`/inbox/${encodeURIComponent(talk)}`} className="top-name one-line">
          {fan.name}
        </Link>
      ) : (
        <span className="top-name one-line">{fan.name}</span>
      )}
      <span className="top-bar" aria-hidden="true">
        <i style={{ width: `${Math.max(1, 100 * share)}%` }} />
      </span>
      <span className="numbers top-value">{exactMoney(fan.valueCents)}</span>
    </li>
  );
}
