import { useCallback, useEffect, useState } from "react";

import { fetchAudience } from "../../clients/campaigns";
import { exactMoney, plural } from "../../format/money";
import { Avatar } from "../../ui/Avatar";
import { Bones, Trouble } from "../../ui/Empty";

type Fans = Awaited<ReturnType<typeof fetchAudience>>;

/** Who is going to be written to: frozen when the campaign was stored. */
export function Audience({ id, moved }: { id: string; moved: number }) {
  const [fans, setFans] = useState<Fans | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(() => {
    let asked = true;
    setProblem(null);
    fetchAudience(id).then((found) => asked && setFans(found), (fault: Error) => asked && setProblem(fault.message));
    return () => void (asked = false);
  }, [id, moved]);
  useEffect(load, [load]);
  return (
    <section className="card" aria-labelledby="audience">
      <header className="page-head">
        <h2 id="audience">Audience</h2>
        {fans && <span className="faint">{plural(fans.length, "fan")}, chosen when it was stored</span>}
      </header>
      {problem && <Trouble words={problem} onRetry={load} />}
      {fans === null && !problem && <Bones label="The audience is being fetched" heights={[36, 36, 36]} />}
      <ul>
        {fans?.map((fan) => (
          <li key={fan.id} className="recipient">
            <Avatar name={fan.name} url={fan.avatar} size={30} />
            <span className="one-line recipient-name">{fan.name}</span>
            <span className="faint numbers">{exactMoney(fan.valueCents)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
