import { CalendarClock, Pause, Pencil, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { cancelCampaign, pauseCampaign, resumeCampaign, startCampaign, type Campaign } from "../../clients/campaigns";
import { retryCampaign } from "../../clients/messages";
import { useNow } from "../../hooks/useNow";
import { numeral, plural } from "../../format/money";
import { isAhead, moment } from "../../format/time";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { sayWhy } from "../../ui/Toasts";

/** Start, pause, go on, cancel: each within one step of sending. */
export function Steering({ campaign }: { campaign: Campaign }) {
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"schedule" | "start" | "cancel" | null>(null);
  const now = useNow();
  const { id, status, scheduledAt, metrics } = campaign;
  const time = status === "DRAFT" && scheduledAt && isAhead(scheduledAt, now) ? scheduledAt : null;
  const act = (action: () => Promise<unknown>) => {
    setBusy(true);
    action()
      .catch(sayWhy)
      .finally(() => setBusy(false));
  };
  const waits = status === "DRAFT" || status === "SCHEDULED";
  return (
    <>
      {waits && (
        <Link href={`/campaigns/${encodeURIComponent(id)}/edit`} className="button">
          <Pencil size={15} aria-hidden />
          Edit
        </Link>
      )}
      {time && (
        <Button kind="primary" onClick={() => setAsking("schedule")}>
          <CalendarClock size={15} aria-hidden />
          Schedule for {moment(time, now)}
        </Button>
      )}
      {waits && (
        <Button kind={time ? undefined : "primary"} onClick={() => setAsking("start")}>
          <Play size={15} aria-hidden />
          Start now
        </Button>
      )}
      {status === "ACTIVE" && (
        <Button disabled={busy} onClick={() => act(() => pauseCampaign(id))}>
          <Pause size={15} aria-hidden />
          Pause
        </Button>
      )}
      {status === "PAUSED" && (
        <Button kind="primary" disabled={busy} onClick={() => act(() => resumeCampaign(id))}>
          <Play size={15} aria-hidden />
          Go on
        </Button>
      )}
      {metrics.failed > 0 && status !== "CANCELLED" && (
        <Button disabled={busy} onClick={() => act(() => retryCampaign(id))}>
          <RotateCcw size={15} aria-hidden />
          Try {numeral(metrics.failed)} failed again
        </Button>
      )}
      {(status === "ACTIVE" || status === "PAUSED" || waits) && (
        <Button onClick={() => setAsking("cancel")}>
          <Square size={14} aria-hidden />
          Cancel
        </Button>
      )}
      <Confirm
        open={asking === "schedule" && time !== null}
        onClose={() => setAsking(null)}
        title={`Schedule it for ${plural(metrics.recipients, "fan")}?`}
        what={`It starts by itself ${time ? moment(time, now) : ""}, and can be changed and cancelled until then.`}
        yes="Schedule"
        onYes={() => startCampaign(id, time)}
      />
      <Confirm
        open={asking === "start"}
        onClose={() => setAsking(null)}
        title={`Send it to ${plural(metrics.recipients, "fan")} now?`}
        what="It can be paused and cancelled at any time; what is sent stays sent."
        yes="Start"
        onYes={() => startCampaign(id, null)}
      />
      <Confirm
        open={asking === "cancel"}
        onClose={() => setAsking(null)}
        danger
        title="Cancel this campaign?"
        what={metrics.sent > 0 ? `${plural(metrics.sent, "message")} went out already. The rest is taken back for good.` : "It is taken back for good."}
        yes="Cancel the campaign"
        onYes={() => cancelCampaign(id)}
      />
    </>
  );
}
