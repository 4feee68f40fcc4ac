import { Megaphone, Plus } from "lucide-react";
import { Link, useLocation, useSearch } from "wouter";

import { AccountSwitch } from "../../AccountSwitch";
import { useCampaigns } from "../../hooks/useCampaigns";
import { useNow } from "../../hooks/useNow";
import { usePlace } from "../../hooks/usePlace";
import type { Campaign } from "../../clients/campaigns";
import { CAMPAIGN_STATUSES } from "../../format/campaigns";
import { money, numeral, plural } from "../../format/money";
import { ago, isAhead, moment } from "../../format/time";
import type { CampaignStatus } from "../../generated/operations";
import { Button } from "../../ui/Button";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { Segments } from "../../ui/Fields";
import { Progress } from "./Progress";
import "../../styles/campaigns.css";

type View = "ALL" | CampaignStatus;

const VIEWS: readonly (readonly [View, string])[] = [
  ["ALL", "All"],
  ["ACTIVE", "Being sent"],
  ["SCHEDULED", "Scheduled"],
  ["PAUSED", "Paused"],
  ["DRAFT", "Drafts"],
  ["COMPLETED", "Done"],
  ["CANCELLED", "Cancelled"],
];

export default function CampaignsPage() {
  const [view, setView] = useView();
  const { place, campaigns, loading, complete, problem, loadMore, reload } = useCampaigns(view === "ALL" ? null : view);
  const box = usePlace(place);
  return (
    <div className="page" ref={box}>
      <div className="page-inner">
        <header className="page-head">
          <h1>Campaigns</h1>
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
            <Link href="/campaigns/new" className="button primary">
              <Plus size={16} aria-hidden />
              New campaign
            </Link>
          </div>
        </header>
        <div className="toolbar scrolling">
          <Segments label="Which campaigns" value={view} choices={VIEWS} onChange={setView} />
        </div>
        {loading && <Bones label="Campaigns are being fetched" heights={[88, 88, 88]} />}
        {problem && <Trouble words={problem} onRetry={reload} />}
        {complete && !problem && campaigns.length === 0 && (
          <Empty icon={<Megaphone aria-hidden />} title={view === "ALL" ? "One message, many fans" : "None here"}>
            <p>
              {view === "ALL"
                ? "Choose up to 100 fans by what they carry, pay and did; everybody reads her own name. Replies still go first."
                : "No campaign is in this state just now."}
            </p>
          </Empty>
        )}
        <ul className="campaigns">
          {campaigns.map((each) => (
            <Row key={each.id} campaign={each} />
          ))}
        </ul>
        {!loading && !complete && !problem && (
          <Button className="load-more" onClick={loadMore}>
            Show more
          </Button>
        )}
      </div>
    </div>
  );
}

/** Which campaigns are shown: the address says it, so that reload and back lead to the same ones. */
function useView(): [View, (view: View) => void] {
  const asked = new URLSearchParams(useSearch()).get("status");
  const [, go] = useLocation();
  const view = VIEWS.find(([each]) => each === asked)?.[0] ?? "ALL";
  return [view, (next) => go(next === "ALL" ? "/campaigns" : `/campaigns?status=${next}`, { replace: true })];
}

function Row({ campaign }: { campaign: Campaign }) {
  const now = useNow();
  const { id, name, status, metrics, priceCents } = campaign;
  const [words, kind] = CAMPAIGN_STATUSES[status];
  const begun = status !== "DRAFT" && status !== "SCHEDULED";
  return (
    <li>
      <Link href={`/campaigns/${encodeURIComponent(id)}`} className="campaign card">
        <div className="campaign-top">
          <h2 className="one-line">{name}</h2>
          <span className={`pill ${kind}`}>{words}</span>
          <span className="faint numbers campaign-when">{whenOf(campaign, now)}</span>
        </div>
        {begun && <Progress metrics={metrics} />}
        <p className="faint numbers">
          {begun ? `${numeral(metrics.sent)} of ${plural(metrics.recipients, "fan")} reached` : plural(metrics.recipients, "fan")}
          {metrics.failed + metrics.unknown > 0 && <span className="why bad"> · {numeral(metrics.failed + metrics.unknown)} not sent or unknown</span>}
          {priceCents ? ` · ${numeral(metrics.purchased)} unlocked, ${money(metrics.revenueCents)}` : ""}
        </p>
      </Link>
    </li>
  );
}

function whenOf(campaign: Campaign, now: Date): string {
  const { status, scheduledAt, completedAt, estimatedCompletionTime, createdAt } = campaign;
  if (status === "SCHEDULED" && scheduledAt) return `starts ${moment(scheduledAt, now)}`;
  if (status === "DRAFT" && scheduledAt && isAhead(scheduledAt, now)) return `meant for ${moment(scheduledAt, now)}`;
  if (status === "ACTIVE" && estimatedCompletionTime) return `done about ${moment(estimatedCompletionTime, now)}`;
  if (completedAt) return ago(completedAt, now);
  return ago(createdAt, now);
}
