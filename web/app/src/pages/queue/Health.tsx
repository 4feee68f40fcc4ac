import type { fetchHealth } from "../../clients/queue";
import type { Known } from "../../hooks/useQueue";
import { HEALTH } from "../../format/words";
import { Bones, Trouble } from "../../ui/Empty";

const KINDS = { HEALTHY: "good", DEGRADED: "warn", UNAVAILABLE: "bad" } as const;
const NAMES: Record<string, string> = { database: "Database", redis: "Messenger (Redis)", queue: "Queue (SQS)", worker: "Worker" };

export function Health({ value, problem, retry }: Known<Awaited<ReturnType<typeof fetchHealth>>>) {
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Parts of the product</h2>
      {problem ? (
        <Trouble words={problem} onRetry={retry} />
      ) : value === null ? (
        <Bones label="The parts are being asked" heights={[36, 36, 36, 36]} />
      ) : (
        <ul className="parts">
          {value.components.map(({ name, status, detail, latencyMs }) => (
            <li key={name}>
              <span className="part-name">{NAMES[name] ?? name}</span>
              <span className="faint numbers">{detail ?? (latencyMs === null ? "" : `${Math.max(1, Math.round(latencyMs))} ms`)}</span>
              <span className={`pill ${KINDS[status]}`}>{HEALTH[status]}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
