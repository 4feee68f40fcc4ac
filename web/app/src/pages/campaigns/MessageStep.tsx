import { Paperclip, X } from "lucide-react";
import { useRef } from "react";

import { useAccount } from "../../hooks/useAccounts";
import { CAMPAIGN_TYPES } from "../../format/campaigns";
import { centsOf, money } from "../../format/money";
import { isoDay } from "../../format/time";
import type { CampaignType } from "../../generated/operations";
import { priceProblem } from "../../store/rules";
import { Button } from "../../ui/Button";
import { Field, TextField } from "../../ui/Fields";
import { AttachPopover } from "../inbox/AttachPopover";
import { Icon, nameOf } from "../inbox/Attachments";
import { suggestedName, type CampaignForm } from "./form";

const PLACEHOLDERS: readonly (readonly [string, string])[] = [
  ["{name}", "Name"],
  ["{handle|you}", "Handle"],
];

interface Props {
  form: CampaignForm;
  /** What becomes of it without a time. */
  withoutTime?: string;
  onChange(changed: Partial<CampaignForm>): void;
}

/** What, for how much, and when. */
export function MessageStep({ form, withoutTime = "at once", onChange }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const rules = useAccount(form.accountId)?.capabilities;
  const cents = centsOf(form.price);
  const malformed = form.price.trim() !== "" && cents === null ? "An amount such as 12 or 12.50." : null;
  const past = form.when !== "" && new Date(form.when).getTime() < Date.now();
  const put = (word: string) => {
    const { selectionStart = form.content.length, selectionEnd = form.content.length } = area.current ?? {};
    onChange({ content: form.content.slice(0, selectionStart) + word + form.content.slice(selectionEnd) });
    area.current?.focus();
  };
  return (
    <section className="card" aria-labelledby="what">
      <h2 id="what">What, and when</h2>
      <Field label="Text" hint="Everybody reads her own name. Whoever has no handle is called what stands behind the bar.">
        {(wiring) => (
          <textarea ref={area} className="input" rows={5} maxLength={5000} placeholder="Hi {name}, …" {...wiring} value={form.content} onChange={(event) => onChange({ content: event.target.value })} />
        )}
      </Field>
      <div className="toolbar put">
        {PLACEHOLDERS.map(([word, words]) => (
          <Button key={word} small onClick={() => put(word)}>
            Insert {words.toLowerCase()}
          </Button>
        ))}
        <AttachPopover
          draft={{ text: form.content, attachments: form.attachments, priceCents: null, scheduledAt: null }}
          icon={<Paperclip size={17} aria-hidden />}
          onChange={({ attachments }) => attachments && onChange({ attachments })}
        />
      </div>
      {form.attachments.length > 0 && (
        <ul className="tags">
          {form.attachments.map((each, index) => (
            <li key={index} className="tag">
              <Icon type={each.type} />
              <span className="one-line">{nameOf(each.url ?? "", each.type)}</span>
              <button type="button" aria-label={`Remove ${nameOf(each.url ?? "", each.type)}`} onClick={() => onChange({ attachments: form.attachments.filter((_, at) => at !== index) })}>
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="form-row">
        <TextField
          label="Price to unlock"
          inputMode="decimal"
          placeholder="Free"
          value={form.price}
          problem={malformed ?? priceProblem(cents, form.attachments.length > 0, rules)}
          hint={rules && `Between ${money(rules.minPriceCents)} and ${money(rules.maxPriceCents)}.`}
          onChange={(event) => onChange({ price: event.target.value })}
        />
        <TextField label="When" type="datetime-local" min={`${isoDay(new Date())}T00:00`} value={form.when} problem={past ? "This moment has passed." : null} hint={`Empty: ${withoutTime}.`} onChange={(event) => onChange({ when: event.target.value })} />
      </div>
      <div className="form-row">
        <TextField label="Name, for yourself" maxLength={200} placeholder={suggestedName(form.content)} value={form.name} onChange={(event) => onChange({ name: event.target.value })} />
        <Field label="Kind">
          {(wiring) => (
            <select className="input" {...wiring} value={form.type} onChange={(event) => onChange({ type: event.target.value as CampaignType })}>
              {Object.entries(CAMPAIGN_TYPES).map(([type, words]) => (
                <option key={type} value={type}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </section>
  );
}
