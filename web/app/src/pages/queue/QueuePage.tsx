import { AccountSwitch } from "../../AccountSwitch";
import { useBacklogs, useHealth, useQueueStatus } from "../../hooks/useQueue";
import { QUEUE_HEALTH } from "../../format/words";
import { Bones } from "../../ui/Empty";
import { Backlogs } from "./Backlogs";
import { Failures } from "./Failures";
import { Figures } from "./Figures";
import { Health } from "./Health";
import "../../styles/queue.css";

/** What is on its way, what is not, and whether everything is well. */
export default function QueuePage() {
  const queue = useQueueStatus();
  const backlogs = useBacklogs(queue);
  const health = useHealth();
  return (
    <div className="page" tabIndex={0}>
      <div className="page-inner">
        <header className="page-head">
          <h1>Queue</h1>
          {queue && (
            <span className={`pill ${queue.health === "HEALTHY" ? "good" : queue.health === "DEGRADED" ? "warn" : "bad"}`}>
              {QUEUE_HEALTH[queue.health]}
            </span>
          )}
          {queue && <p className="faint">{queue.healthMessage}</p>}
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
          </div>
        </header>
        {queue ? <Figures queue={queue} /> : <Bones label="The queue is being counted" heights={[110]} />}
        <Failures />
        <div className="two-columns">
          <Backlogs {...backlogs} />
          <Health {...health} />
        </div>
      </div>
    </div>
  );
}
