import { useState } from "react";

import { MOST } from "../../hooks/useAudience";
import { exactMoney, numeral, plural } from "../../format/money";
import { PLATFORMS } from "../../format/words";
import type { FanOrderField, OrderDirection } from "../../generated/operations";
import type { Account, Fan } from "../../store/entities";
import { Avatar } from "../../ui/Avatar";
import { Field } from "../../ui/Fields";
import { Bones } from "../../ui/Empty";
import { FanFilters } from "../fans/FanFilters";
import type { CampaignForm } from "./form";
import "../../styles/fans.css";

const ORDERS: readonly (readonly [string, FanOrderField, OrderDirection])[] = [
  ["who paid most", "VALUE_CENTS", "DESC"],
  ["who was seen last", "LAST_SEEN_AT", "DESC"],
  ["who has been away longest", "LAST_SEEN_AT", "ASC"],
  ["who is newest", "CREATED_AT", "DESC"],
];

interface Props {
  form: CampaignForm;
  accounts: readonly Account[];
  /** The account is chosen for everything, so not here. */
  fixed: boolean;
  found: { fans: readonly Fan[]; total: number } | null;
  settled: boolean;
  problem: string | null;
  chosen: number;
  onChange(changed: Partial<CampaignForm>): void;
}

/** Whom: by filters, with the count, and by hand. */
export function AudienceStep({ form, accounts, fixed, found, settled, problem, chosen, onChange }: Props) {
  const [listed, setListed] = useState(false);
  const { wanted, without } = form;
  const order = ORDERS.findIndex(([, field, direction]) => field === wanted.order && direction === wanted.direction);
  const toggle = (id: string) => onChange({ without: without.includes(id) ? without.filter((each) => each !== id) : [...without, id] });
  return (
    <section className="card" aria-labelledby="whom">
      <header className="page-head">
        <h2 id="whom">Whom</h2>
        <p className="end numbers" role="status">
          {found && (
            <>
              <b>{plural(chosen, "fan")}</b>
              {found.total > MOST && <span className="faint">of {numeral(found.total)} who fit</span>}
            </>
          )}
        </p>
      </header>
      {!fixed && accounts.length > 1 && (
        <Field label="Fans of">
          {(wiring) => (
            <select className="input" {...wiring} value={form.accountId ?? ""} onChange={(event) => onChange({ accountId: event.target.value, without: [] })}>
              {accounts.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.displayName} · {PLATFORMS[each.platform]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <div className="toolbar">
        <FanFilters wanted={wanted} onChange={(changed) => onChange({ wanted: { ...wanted, ...changed }, without: [] })} />
      </div>
      {found && found.total > MOST && (
        <Field label={`A campaign goes to at most ${MOST} fans. First comes`}>
          {(wiring) => (
            <select
              className="input"
              {...wiring}
              value={Math.max(0, order)}
              onChange={(event) => {
                const [, field, direction] = ORDERS[Number(event.target.value)] ?? ORDERS[0]!;
                onChange({ wanted: { ...wanted, order: field, direction }, without: [] });
              }}
            >
              {ORDERS.map(([words], index) => (
                <option key={words} value={index}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      {!found && !problem && <Bones label="Fans are being counted" heights={[36]} />}
      {found && found.fans.length > 0 && (
        <div>
          <button type="button" className="link-button" aria-expanded={listed} onClick={() => setListed(!listed)}>
            {listed ? "Hide the list" : "See the list, leave some out"}
          </button>
          {listed && (
            <ul className={`choices ${settled ? "" : "stale"}`}>
              {found.fans.map((fan) => (
                <li key={fan.id}>
                  <label className="choice">
                    <input type="checkbox" checked={!without.includes(fan.id)} onChange={() => toggle(fan.id)} />
                    <Avatar name={fan.name} url={fan.avatar} size={26} />
                    <span className="one-line">{fan.name}</span>
                    <span className="faint numbers">{exactMoney(fan.valueCents)}</span>
                  </label>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      {found?.total === 0 && settled && <p className="faint">Nobody fits. Try fewer filters.</p>}
    </section>
  );
}
