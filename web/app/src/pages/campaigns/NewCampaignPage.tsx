import { ArrowLeft, Plug } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";

import { AccountSwitch } from "../../AccountSwitch";
import { sendBulkMessage } from "../../clients/campaigns";
import { useAccounts, useChosenAccount } from "../../hooks/useAccounts";
import { useAudience } from "../../hooks/useAudience";
import { useTrial } from "../../hooks/useTrial";
import { leftovers } from "../../session/leftovers";
import { plural } from "../../format/money";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { sayWhy } from "../../ui/Toasts";
import { AudienceStep } from "./AudienceStep";
import { emptyForm, inputOf, missing, type CampaignForm } from "./form";
import { MessageStep } from "./MessageStep";
import { TrialCard } from "./TrialCard";
import "../../styles/inbox.css";
import "../../styles/thread.css";
import "../../styles/thread-states.css";
import "../../styles/composer.css";
import "../../styles/fan-panel.css";
import "../../styles/campaigns.css";

const KEY = "campaign";

/** One message to many: whom, what, when; and beside it what would become of it. */
export default function NewCampaignPage() {
  const accounts = useAccounts().filter((each) => each.status !== "DISCONNECTED");
  const looked = useChosenAccount();
  const [form, setForm] = useState<CampaignForm>(() => leftovers.read(KEY, emptyForm));
  const accountId = looked ?? (accounts.find((each) => each.id === form.accountId) ?? accounts[0])?.id ?? null;
  const { found, settled, problem } = useAudience(form.wanted, accountId);
  const chosen = (settled ? (found?.fans ?? []) : []).filter((fan) => !form.without.includes(fan.id));
  const lack = missing(form, chosen.length);
  const filled = { ...form, accountId };
  const ids = chosen.map((fan) => fan.id);
  const trial = useTrial(lack === null && settled ? inputOf(filled, ids, false, null) : null);
  const change = (changed: Partial<CampaignForm>) => setForm((before) => ({ ...before, ...changed }));
  useEffect(() => leftovers.keep(KEY, form), [form]);
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <Link href="/campaigns" className="button quiet icon" aria-label="All campaigns">
            <ArrowLeft size={19} aria-hidden />
          </Link>
          <h1>New campaign</h1>
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
          </div>
        </header>
        {accountId === null ? (
          <NoAccount />
        ) : (
          <div className="campaign-columns">
            <div className="steps-column">
              <AudienceStep form={filled} accounts={accounts} fixed={looked !== null} found={found} settled={settled} problem={problem} chosen={chosen.length} onChange={change} />
              <MessageStep form={filled} onChange={change} />
            </div>
            <TrialCard trial={trial} content={form.content} when={form.when} lack={lack}>
              <Send form={filled} ids={ids} ready={lack === null && settled && trial.problem === null} count={trial.current ? (trial.answer?.totalRecipients ?? ids.length) : ids.length} />
            </TrialCard>
          </div>
        )}
      </div>
    </div>
  );
}

const NoAccount = () => (
  <Empty icon={<Plug aria-hidden />} title="No account is connected">
    <p>
      A campaign goes out from a creator account. Connect one in the <Link href="/settings">settings</Link>.
    </p>
  </Empty>
);

interface SendProps {
  form: CampaignForm;
  ids: readonly string[];
  ready: boolean;
  count: number;
}

function Send({ form, ids, ready, count }: SendProps) {
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const [repeating, setRepeating] = useState(false);
  const [busy, setBusy] = useState(false);
  async function send(draft: boolean) {
    setBusy(true);
    try {
      const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
      const made = await sendBulkMessage(inputOf(form, ids, draft, key), () => setRepeating(true));
      leftovers.keep(KEY, null);
      go(`/campaigns/${encodeURIComponent(made.id)}`);
    } finally {
      setBusy(false);
      setRepeating(false);
    }
  }
  const later = form.when !== "";
  return (
    <>
      {repeating && <p className="notice warn">No connection. It is repeated until there is an answer, and made only once.</p>}
      <div className="form-end">
        <Button disabled={!ready || busy} onClick={() => void send(true).catch(sayWhy)}>
          Keep as a draft
        </Button>
        <Button kind="primary" disabled={!ready || busy} onClick={() => setAsking(true)}>
          {later ? "Schedule" : `Send to ${plural(count, "fan")}`}
        </Button>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={later ? `Schedule it for ${plural(count, "fan")}?` : `Send it to ${plural(count, "fan")} now?`}
        what="It can be paused and cancelled at any time; what is sent stays sent."
        yes={later ? "Schedule" : "Send"}
        onYes={() => send(false)}
      />
    </>
  );
}
