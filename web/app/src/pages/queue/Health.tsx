import type { fetchHealth } from "../../clients/queue";
import { HEALTH } from "../../format/words";

type State = Awaited<ReturnType<typeof fetchHealth>>;

const KINDS = { HEALTHY: "good", DEGRADED: "warn", UNAVAILABLE: "bad" } as const;
const NAMES: Record<string, string> = { database: "Database", redis: "Messenger (Redis)", queue: "Queue (SQS)", worker: "Worker" };

export function Health({ health }: { health: State }) {
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Parts of the product</h2>
      <ul className="parts">
        {health.components.map(({ name, status, detail, latencyMs }) => (
          <li key={name}>
            <span className="part-name">{NAMES[name] ?? name}</span>
            <span className="faint numbers">{detail ?? (latencyMs === null ? "" : `${Math.max(1, Math.round(latencyMs))} ms`)}</span>
            <span className={`pill ${KINDS[status]}`}>{HEALTH[status]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
