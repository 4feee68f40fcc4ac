import { ArrowLeft, Plug } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";

import { AccountSwitch } from "../../AccountSwitch";
import { useAccounts, useChosenAccount } from "../../hooks/useAccounts";
import { useAudience } from "../../hooks/useAudience";
import { useTrial } from "../../hooks/useTrial";
import { plural } from "../../format/money";
import { carryOn, giveUp, send, shown, useSending, written } from "../../store/campaignSender";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
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

/** One message to many: whom, what, when; and beside it what would become of it. */
export default function NewCampaignPage() {
  const accounts = useAccounts().filter((each) => each.status !== "DISCONNECTED");
  const looked = useChosenAccount();
  const [form, setForm] = useState<CampaignForm>(() => written.read(emptyForm));
  const accountId = looked ?? (accounts.find((each) => each.id === form.accountId) ?? accounts[0])?.id ?? null;
  const { found, settled, problem } = useAudience(form.wanted, accountId);
  const chosen = (settled ? (found?.fans ?? []) : []).filter((fan) => !form.without.includes(fan.id));
  const lack = missing(form, chosen.length);
  const filled = { ...form, accountId };
  const ids = chosen.map((fan) => fan.id);
  const trial = useTrial(lack === null && settled ? inputOf(filled, ids, false) : null);
  const onItsWay = useSending((state) => state.input !== null);
  const change = (changed: Partial<CampaignForm>) => setForm((before) => ({ ...before, ...changed }));
  useEffect(() => written.keep(form), [form]);
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
            <fieldset className="steps-column" disabled={onItsWay}>
              <AudienceStep form={filled} accounts={accounts} fixed={looked !== null} found={found} settled={settled} problem={problem} chosen={chosen.length} onChange={change} />
              <MessageStep form={filled} onChange={change} />
            </fieldset>
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
  const [asking, setAsking] = useState(false);
  const { input, state } = useSending();
  useEffect(() => shown, []);
  const rests = input === null;
  const act = (draft: boolean) => send(inputOf(form, ids, draft));
  const later = form.when !== "";
  return (
    <>
      <Standing />
      {state !== "unknown" && (
        <div className="form-end">
          <Button disabled={!ready || !rests} onClick={() => act(true)}>
            Keep as a draft
          </Button>
          <Button kind="primary" disabled={!ready || !rests} onClick={() => setAsking(true)}>
            {later ? "Schedule" : `Send to ${plural(count, "fan")}`}
          </Button>
        </div>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={later ? `Schedule it for ${plural(count, "fan")}?` : `Send it to ${plural(count, "fan")} now?`}
        what="It can be paused and cancelled at any time; what is sent stays sent."
        yes={later ? "Schedule" : "Send"}
        onYes={() => act(false)}
      />
    </>
  );
}

/** What becomes of the one that is on its way. */
function Standing() {
  const [asking, setAsking] = useState(false);
  const { input, state, words } = useSending();
  if (state === "repeating") return <p className="notice warn">No connection. It is repeated until there is an answer, and made only once.</p>;
  if (state === "unknown")
    return (
      <>
        <p className="notice warn" role="alert">
          It is not known whether the campaign was made. {words} Trying again makes it only once.
        </p>
        <div className="form-end">
          <Button onClick={() => setAsking(true)}>Give it up</Button>
          <Button kind="primary" onClick={() => void carryOn()}>
            Try again
          </Button>
        </div>
        <Confirm
          open={asking}
          onClose={() => setAsking(false)}
          danger
          title="Give this one up?"
          what="It may have been made: look among the campaigns before you send it again. What you wrote stays here."
          yes="Give it up"
          onYes={giveUp}
        />
      </>
    );
  return (
    input === null &&
    words && (
      <p className="notice bad" role="alert">
        {words}
      </p>
    )
  );
}
