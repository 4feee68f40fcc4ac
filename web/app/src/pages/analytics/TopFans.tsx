import { Link } from "wouter";

import type { Analytics } from "../../clients/analytics";
import { exactMoney } from "../../format/money";
import { fansAddress } from "../../hooks/useFansWanted";
import { Avatar } from "../../ui/Avatar";

/** The ten who paid most, as bars beside each other. */
export function TopFans({ fans }: { fans: Analytics["topFans"] }) {
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

type TopFan = Analytics["topFans"][number];

/** Whoever has no conversation yet is written to from the list of fans. */
const addressOf = ({ conversation, handle, name }: TopFan) =>
  conversation ? `/inbox/${encodeURIComponent(conversation.id)}` : fansAddress({ search: handle ?? name });

function Bar({ fan, share }: { fan: TopFan; share: number }) {
  return (
    <li>
      <Avatar name={fan.name} url={fan.avatar} size={28} />
      <Link href={addressOf(fan)} className="top-name one-line">
        {fan.name}
      </Link>
      <span className="top-bar" aria-hidden="true">
        <i style={{ width: `${Math.max(1, 100 * share)}%` }} />
      </span>
      <span className="numbers top-value">{exactMoney(fan.valueCents)}</span>
    </li>
  );
}
