import { ArrowLeft } from "lucide-react";
import { Link, useParams } from "wouter";

import type { Campaign } from "../../clients/campaigns";
import { useAccount } from "../../hooks/useAccounts";
import { useCampaign } from "../../hooks/useCampaigns";
import { useNow } from "../../hooks/useNow";
import { CAMPAIGN_STATUSES, CAMPAIGN_TYPES } from "../../format/campaigns";
import { money, numeral, plural } from "../../format/money";
import { duration, exactly, isAhead, moment } from "../../format/time";
import { Bones, Trouble } from "../../ui/Empty";
import { Attachments } from "../inbox/Attachments";
import { Audience } from "./Audience";
import { CampaignMessages } from "./CampaignMessages";
import { NoCampaign } from "./NoCampaign";
import { Legend, Progress } from "./Progress";
import { Steering } from "./Steering";
import "../../styles/inbox.css";
import "../../styles/thread.css";
import "../../styles/thread-states.css";
import "../../styles/composer.css";
import "../../styles/fan-panel.css";
import "../../styles/campaigns.css";
import "../../styles/recipients.css";

/** One campaign: how far it is, what it brings, and how it is steered. */
export default function CampaignPage() {
  const { id = "" } = useParams<{ id: string }>();
  const { campaign, missing, problem, retry } = useCampaign(decodeURIComponent(id));
  return (
    <div className="page">
      <div className="page-inner campaign-page">
        {campaign ? (
          <Shown campaign={campaign} />
        ) : missing ? (
          <NoCampaign />
        ) : problem ? (
          <Trouble words={problem} onRetry={retry} />
        ) : (
          <Bones label="The campaign is being fetched" heights={[40, 140, 200]} />
        )}
      </div>
    </div>
  );
}

function Shown({ campaign }: { campaign: Campaign }) {
  const [words, kind] = CAMPAIGN_STATUSES[campaign.status];
  const started = campaign.status !== "DRAFT" && campaign.status !== "SCHEDULED";
  return (
    <>
      <header className="page-head">
        <Link href="/campaigns" className="button quiet icon" aria-label="All campaigns">
          <ArrowLeft size={19} aria-hidden />
        </Link>
        <h1>{campaign.name}</h1>
        <span className={`pill ${kind}`} role="status">
          {words}
        </span>
        <div className="end">
          <Steering campaign={campaign} />
        </div>
      </header>
      {campaign.statusDetail && <p className="notice warn">{campaign.statusDetail}</p>}
      <section className="card" aria-label="Progress">
        <div className="progress-head">
          <p className="figure numbers">
            {numeral(campaign.metrics.sent)}
            <span className="of"> of {plural(campaign.metrics.recipients, "fan")}</span>
          </p>
          <Forecast campaign={campaign} />
        </div>
        <Progress metrics={campaign.metrics} />
        <Legend metrics={campaign.metrics} />
      </section>
      <div className="campaign-columns">
        {started ? <CampaignMessages campaign={campaign} /> : <Audience id={campaign.id} moved={campaign.version} />}
        <Content campaign={campaign} />
      </div>
    </>
  );
}

function Forecast({ campaign }: { campaign: Campaign }) {
  const now = useNow();
  const { status, scheduledAt, startedAt, completedAt, estimatedCompletionTime, metrics } = campaign;
  if (status === "SCHEDULED" && scheduledAt) return <p>Starts by itself {moment(scheduledAt, now)}</p>;
  if (status === "DRAFT") return <p className="faint">{draftWords(scheduledAt, now)}</p>;
  if (status === "PAUSED") return <p className="faint">{numeral(metrics.waiting)} wait until you go on.</p>;
  if (completedAt && startedAt) return <p className="faint" title={exactly(completedAt)}>{status === "CANCELLED" ? "Cancelled" : "Done"} {moment(completedAt, now)}, after {duration(Math.max(1, (Date.parse(completedAt) - Date.parse(startedAt)) / 1000))}</p>;
  if (!estimatedCompletionTime) return null;
  return <p title={exactly(estimatedCompletionTime)}>Done about {moment(estimatedCompletionTime, now)}</p>;
}

function draftWords(scheduledAt: string | null, now: Date): string {
  if (scheduledAt === null) return "Nothing is sent until you start it.";
  if (isAhead(scheduledAt, now)) return `Meant for ${moment(scheduledAt, now)}. Nothing is sent until you schedule or start it.`;
  return `Its time, ${moment(scheduledAt, now)}, has passed. Set another one by Edit, or start it now.`;
}

function Content({ campaign }: { campaign: Campaign }) {
  const account = useAccount(campaign.account.id);
  const { metrics, priceCents, content, attachments, type, priority } = campaign;
  const facts: [string, string | null][] = [
    ["Account", account?.displayName ?? null],
    ["Kind", CAMPAIGN_TYPES[type]],
    ["Price", priceCents ? money(priceCents) : null],
    ["Unlocked", priceCents ? numeral(metrics.purchased) : null],
    ["Earned", priceCents ? money(metrics.revenueCents) : null],
    ["Delivered", told(metrics.delivered || null)], // counted from messages, which stay at sent where nobody tells
    ["Opened", told(metrics.opened)],
    ["Clicked", told(metrics.clicked)],
    ["Priority", String(priority)],
  ];
  return (
    <section className="card" aria-label="The message">
      <div className="bubble mine first last campaign-text">
        <Attachments attachments={attachments} />
        <p className="bubble-text">{content}</p>
      </div>
      <dl className="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}

function told(number: number | null): string {
  return number === null ? "the platform does not tell" : numeral(number);
}
