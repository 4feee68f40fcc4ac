import { useBacklogs, useHealth, useQueueStatus } from "../../hooks/useQueue";
import { HEALTH } from "../../format/words";
import { Bones, Trouble } from "../../ui/Empty";
import { Backlogs } from "./Backlogs";
import { Failures } from "./Failures";
import { Figures } from "./Figures";
import { Health } from "./Health";
import "../../styles/queue.css";

/** What is on its way, what is not, and whether everything is well. */
export default function QueuePage() {
  const status = useQueueStatus();
  const backlogs = useBacklogs();
  const health = useHealth();
  const queue = status.value;
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1>Queue</h1>
          {queue && (
            <span className={`pill ${queue.health === "HEALTHY" ? "good" : queue.health === "DEGRADED" ? "warn" : "bad"}`}>
              {HEALTH[queue.health]}
            </span>
          )}
          {queue && <p className="faint">{queue.healthMessage}</p>}
        </header>
        {queue ? <Figures queue={queue} /> : status.problem ? <Trouble words={status.problem} onRetry={status.again} /> : <Bones label="The queue is being counted" heights={[110]} />}
        <Failures />
        <div className="two-columns">
          {backlogs.value && <Backlogs accounts={backlogs.value} />}
          {health.value && <Health health={health.value} />}
        </div>
      </div>
    </div>
  );
}
