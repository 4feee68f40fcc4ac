import type { Campaign } from "../../clients/campaigns";
import { numeral } from "../../format/money";

type Metrics = Campaign["metrics"];
type Part = readonly [name: string, kind: string, count: number];

/** Every recipient is in exactly one of these. Full means sent, not merely accepted. */
export const partsOf = (metrics: Metrics): Part[] => [
  ["sent", "sent", metrics.sent],
  ["being sent", "sending", metrics.sending],
  ["unknown", "unknown", metrics.unknown],
  ["not sent", "failed", metrics.failed],
  ["taken back", "cancelled", metrics.cancelled],
  ["waiting", "waiting", metrics.waiting],
];

export function Progress({ metrics }: { metrics: Metrics }) {
  const { recipients } = metrics;
  const parts = partsOf(metrics).filter(([, , count]) => count > 0);
  const words = parts.map(([name, , count]) => `${numeral(count)} ${name}`).join(", ");
  return (
    <div className="parts-bar" role="img" aria-label={words || "nobody yet"}>
      {parts.map(([name, kind, count]) => (
        <i key={name} className={kind} style={{ flexGrow: count / Math.max(1, recipients) }} />
      ))}
    </div>
  );
}

/** What each colour of the bar means, with its number. */
export function Legend({ metrics }: { metrics: Metrics }) {
  return (
    <ul className="legend">
      {partsOf(metrics)
        .filter(([name, , count]) => count > 0 || name === "sent")
        .map(([name, kind, count]) => (
          <li key={name}>
            <i className={kind} aria-hidden="true" />
            <b className="numbers">{numeral(count)}</b> {name}
          </li>
        ))}
    </ul>
  );
}
