import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useParams } from "wouter";

import { updateCampaign, type Campaign } from "../../clients/campaigns";
import type { UpdateCampaignInput } from "../../generated/operations";
import { useCampaign } from "../../hooks/useCampaigns";
import { centsOf, plural, typedMoney } from "../../format/money";
import { isoDay } from "../../format/time";
import { Button } from "../../ui/Button";
import { Bones, Trouble } from "../../ui/Empty";
import { emptyForm, missing, suggestedName, type CampaignForm } from "./form";
import { MessageStep } from "./MessageStep";
import { NoCampaign } from "./NoCampaign";
import "../../styles/inbox.css";
import "../../styles/thread.css";
import "../../styles/thread-states.css";
import "../../styles/composer.css";
import "../../styles/fan-panel.css";
import "../../styles/campaigns.css";

/** A draft, or one that has not started: text, price and time. Its audience stays as it was chosen. */
export default function EditCampaignPage() {
  const { id = "" } = useParams<{ id: string }>();
  const { campaign, missing: unknown, problem, retry } = useCampaign(decodeURIComponent(id));
  return (
    <div className="page">
      <div className="page-inner importing">
        {campaign ? <Edit campaign={campaign} /> : unknown ? <NoCampaign /> : problem ? <Trouble words={problem} onRetry={retry} /> : <Bones label="The campaign is being fetched" heights={[40, 240]} />}
      </div>
    </div>
  );
}

/** What was touched is saved, and nothing else; where somebody else changed that meanwhile, only when it is saved again. */
function Edit({ campaign }: { campaign: Campaign }) {
  const [before] = useState<CampaignForm>(() => formOf(campaign));
  /** As it was when it was last said that somebody else changed it. */
  const [seen, setSeen] = useState(before);
  const [form, setForm] = useState(before);
  const [problem, setProblem] = useState<string | null>(null);
  const [, go] = useLocation();
  const back = `/campaigns/${encodeURIComponent(campaign.id)}`;
  const scheduled = campaign.status === "SCHEDULED";
  const touched = WRITTEN.filter((name) => differ(form, before, name));
  const moved = touched.includes("when"); // a time that was set before may have passed meanwhile: that hinders nobody
  const lack = missing(moved ? form : { ...form, when: "" }, campaign.metrics.recipients);
  const save = () => {
    const now = formOf(campaign);
    const overtaken = touched.filter((name) => differ(now, seen, name)).map((name) => TITLES[name]);
    setSeen(now);
    if (overtaken.length > 0) return setProblem(`Somebody else changed this meanwhile: ${overtaken.join(", ")}. Save again to put yours in its place.`);
    const input = { id: campaign.id, ...Object.assign({}, ...touched.map((name) => SAID[name](form))) };
    updateCampaign(input).then(() => go(back), (fault: Error) => setProblem(fault.message));
  };
  return (
    <>
      <header className="page-head">
        <Link href={back} className="button quiet icon" aria-label="Back to the campaign">
          <ArrowLeft size={19} aria-hidden />
        </Link>
        <h1>Edit {campaign.name}</h1>
      </header>
      <p className="faint">For {plural(campaign.metrics.recipients, "fan")}, chosen when it was stored.</p>
      <MessageStep form={form} withoutTime={scheduled ? "it is a draft again" : "when you start it"} onChange={(changed) => setForm((now) => ({ ...now, ...changed }))} />
      {(problem ?? lack) && (
        <p className="form-problem" role="alert">
          {problem ?? lack}
        </p>
      )}
      <div className="form-end">
        <Link href={back} className="button">
          Cancel
        </Link>
        <Button kind="primary" disabled={lack !== null} onClick={save}>
          Save
        </Button>
      </div>
    </>
  );
}

type Written = "content" | "attachments" | "price" | "name" | "type" | "when";

const TITLES: Record<Written, string> = { content: "Text", attachments: "Attachments", price: "Price", name: "Name", type: "Kind", when: "When" };
const WRITTEN = Object.keys(TITLES) as Written[];

/** Each in the server's words. */
const SAID: Record<Written, (form: CampaignForm) => Omit<UpdateCampaignInput, "id">> = {
  content: ({ content }) => ({ content: content.trim() }),
  attachments: ({ attachments }) => ({ attachments: [...attachments] }),
  price: ({ price }) => ({ priceCents: price.trim() ? centsOf(price) || null : null }),
  name: ({ name, content }) => ({ campaignName: name.trim() || suggestedName(content) }),
  type: ({ type }) => ({ type }),
  when: ({ when }) => ({ scheduledAt: when ? new Date(when).toISOString() : null }),
};

const differ = (one: CampaignForm, other: CampaignForm, name: Written) => JSON.stringify(one[name]) !== JSON.stringify(other[name]);

function formOf({ account, name, type, content, priceCents, attachments, scheduledAt }: Campaign): CampaignForm {
  return {
    ...emptyForm,
    accountId: account.id,
    name,
    type,
    content,
    price: priceCents ? typedMoney(priceCents) : "",
    attachments: attachments.map(({ type: kind, url, platformMediaId, preview }) => ({ type: kind, url, platformMediaId, preview })),
    when: scheduledAt ? localTime(scheduledAt) : "",
  };
}

/** As a field for a local date and time has it. */
function localTime(iso: string): string {
  const moment = new Date(iso);
  return `${isoDay(moment)}T${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;
}
