import { CalendarClock, DollarSign, Paperclip, SendHorizontal, X } from "lucide-react";
import { useEffect, useLayoutEffect, useRef } from "react";

import { blank, keepDraft, useDraft } from "../../hooks/useDrafts";
import { useAccount } from "../../hooks/useAccounts";
import { money, numeral } from "../../format/money";
import { moment } from "../../format/time";
import { isBlank, type Draft } from "../../store/outbox";
import { draftProblem } from "../../store/rules";
import { Button } from "../../ui/Button";
import { AttachPopover } from "./AttachPopover";
import { PricePopover, SchedulePopover } from "./ComposerPopovers";
import { Icon, nameOf } from "./Attachments";
import { byPointer } from "../../ui/keys";

const LONGEST_PX = 220;
const COUNTED_FROM = 4000;

interface Props {
  /** Of the conversation, or of the fan who is written to for the first time. */
  id: string;
  name: string;
  accountId: string | undefined;
  /** Why nothing can be written here; null: it can. */
  closed: string | null;
  onSend(draft: Draft): void;
}

/** Grows with the text; Enter sends, Shift and Enter break the line. What is begun is kept. */
export function Composer({ id, name, accountId, closed, onSend }: Props) {
  const draft = useDraft(id);
  const capabilities = useAccount(accountId)?.capabilities;
  const area = useRef<HTMLTextAreaElement>(null);
  const problem = draftProblem(draft, capabilities);
  const sendable = !isBlank(draft) && problem === null;
  const change = (changed: Partial<Draft>) => keepDraft(id, { ...draft, ...changed });
  useGrowing(area, draft.text);
  useEffect(() => {
    if (byPointer() && matchMedia("(min-width: 768px)").matches) area.current?.focus({ preventScroll: true });
  }, [id]);
  const send = () => {
    if (!sendable) return;
    onSend({ ...draft, text: draft.text.trim() });
    keepDraft(id, blank);
    area.current?.focus();
  };
  if (closed) return <p className="composer-closed">{closed}</p>;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Extras draft={draft} onChange={change} />
      <div className="composer-box">
        <textarea
          ref={area}
          rows={1}
          data-composer
          aria-label={`Message to ${name}`}
          placeholder={`Write to ${name}`}
          value={draft.text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <div className="composer-tools">
          <AttachPopover draft={draft} onChange={change} icon={<Paperclip size={18} aria-hidden />} />
          <PricePopover draft={draft} capabilities={capabilities} onChange={change} icon={<DollarSign size={18} aria-hidden />} />
          <SchedulePopover draft={draft} onChange={change} icon={<CalendarClock size={18} aria-hidden />} />
          <Button kind="primary" type="submit" className="send" disabled={!sendable} aria-label={draft.scheduledAt ? "Schedule" : "Send"}>
            <SendHorizontal size={18} aria-hidden />
          </Button>
        </div>
      </div>
      <Foot draft={draft} problem={problem} />
    </form>
  );
}

function Foot({ draft, problem }: { draft: Draft; problem: string | null }) {
  const length = [...draft.text].length;
  return (
    <p className="composer-foot" role="status">
      {problem ? <span className="form-problem">{problem}</span> : null}
      {length >= COUNTED_FROM && !problem && <span>{numeral(length)} characters</span>}
    </p>
  );
}

/** What goes with the text: price, schedule and media, each to be taken away again. */
function Extras({ draft, onChange }: { draft: Draft; onChange(changed: Partial<Draft>): void }) {
  const { priceCents, scheduledAt, attachments } = draft;
  if (!priceCents && !scheduledAt && attachments.length === 0) return null;
  return (
    <ul className="extras">
      {priceCents ? (
        <Extra words={`Costs ${money(priceCents)} to unlock`} remove="Remove the price" onRemove={() => onChange({ priceCents: null })} />
      ) : null}
      {scheduledAt && (
        <Extra words={`To be sent ${moment(scheduledAt)}`} remove="Send at once instead" onRemove={() => onChange({ scheduledAt: null })} />
      )}
      {attachments.map((each, index) => (
        <Extra
          key={index}
          icon={<Icon type={each.type} />}
          words={nameOf(each.url ?? "", each.type) + (each.preview ? ", shown before" : "")}
          remove={`Remove ${nameOf(each.url ?? "", each.type)}`}
          onRemove={() => onChange({ attachments: attachments.filter((_, at) => at !== index) })}
        />
      ))}
    </ul>
  );
}

interface ExtraProps {
  icon?: React.ReactNode;
  words: string;
  remove: string;
  onRemove(): void;
}

const Extra = ({ icon, words, remove, onRemove }: ExtraProps) => (
  <li className="tag">
    {icon}
    <span className="one-line">{words}</span>
    <button type="button" aria-label={remove} onClick={onRemove}>
      <X size={12} aria-hidden />
    </button>
  </li>
);

function useGrowing(area: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(LONGEST_PX, element.scrollHeight)}px`;
  }, [area, text]);
}
