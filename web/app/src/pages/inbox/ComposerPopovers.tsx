import { useState, type ReactNode } from "react";

import type { AttachmentType } from "../../generated/operations";
import { centsOf, money, typedMoney } from "../../format/money";
import { isoDay } from "../../format/time";
import type { Account } from "../../store/entities";
import type { Draft } from "../../store/outbox";
import { mediaType } from "../../store/rules";
import { Button } from "../../ui/Button";
import { Field, TextField } from "../../ui/Fields";
import { Popover } from "../../ui/Popover";

interface Props {
  draft: Draft;
  icon: ReactNode;
  onChange(changed: Partial<Draft>): void;
}

const MOST = 20;
const TYPES: readonly (readonly [AttachmentType, string])[] = [
  ["IMAGE", "Picture"],
  ["VIDEO", "Film"],
  ["AUDIO", "Sound"],
  ["FILE", "File"],
];

const trigger = (label: string, icon: ReactNode) => (
  <button type="button" className="button quiet icon" aria-label={label} title={label}>
    {icon}
  </button>
);

export function AttachPopover({ draft, icon, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const [url, setUrl] = useState("");
  const [type, setType] = useState<AttachmentType | null>(null);
  const [preview, setPreview] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const add = () => {
    const address = url.trim();
    if (!URL.canParse(address) || !/^https?:/i.test(address)) return setProblem("An address that begins with https://.");
    onChange({ attachments: [...draft.attachments, { type: type ?? mediaType(address), url: address, preview }] });
    setUrl("");
    setType(null);
    setProblem(null);
    setOpen(false);
  };
  return (
    <Popover side="top" title="Attach by address" open={open} onOpenChange={setOpen} trigger={trigger("Attach a picture or film", icon)}>
      <form
        className="form popup-form"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          add();
        }}
      >
        <TextField label="Address" placeholder="https://" value={url} problem={problem} onChange={(event) => setUrl(event.target.value)} />
        <Field label="What it is">
          {(wiring) => (
            <select className="input" {...wiring} value={type ?? mediaType(url)} onChange={(event) => setType(event.target.value as AttachmentType)}>
              {TYPES.map(([each, words]) => (
                <option key={each} value={each}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
        <label className="check">
          <input type="checkbox" checked={preview} onChange={(event) => setPreview(event.target.checked)} /> Shown before it is unlocked
        </label>
        <div className="form-end">
          <Button type="submit" kind="primary" small disabled={draft.attachments.length >= MOST}>
            Attach
          </Button>
        </div>
      </form>
    </Popover>
  );
}

export function PricePopover({ draft, icon, onChange, capabilities }: Props & { capabilities: Account["capabilities"] | undefined }) {
  const [typed, setTyped] = useState(draft.priceCents ? typedMoney(draft.priceCents) : "");
  const [open, setOpen] = useState(false);
  const malformed = typed.trim() !== "" && centsOf(typed) === null;
  const set = () => {
    if (malformed) return;
    onChange({ priceCents: centsOf(typed) || null });
    setOpen(false);
  };
  return (
    <Popover side="top" title="Price to unlock" open={open} onOpenChange={setOpen} trigger={trigger("Set a price", icon)}>
      <form
        className="form popup-form"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          set();
        }}
      >
        <TextField
          label="Price in dollars"
          inputMode="decimal"
          placeholder="0"
          value={typed}
          problem={malformed ? "An amount such as 12 or 12.50." : null}
          hint={capabilities && `Between ${money(capabilities.minPriceCents)} and ${money(capabilities.maxPriceCents)}. The fan pays it to see what is attached.`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="form-end">
          <Button type="submit" kind="primary" small>
            {typed.trim() ? "Set the price" : "Without a price"}
          </Button>
        </div>
      </form>
    </Popover>
  );
}

export function SchedulePopover({ draft, icon, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const past = typed !== "" && new Date(typed).getTime() < Date.now();
  const set = () => {
    if (past) return;
    onChange({ scheduledAt: typed ? new Date(typed).toISOString() : null });
    setOpen(false);
  };
  return (
    <Popover side="top" title="Send later" open={open} onOpenChange={setOpen} trigger={trigger("Send later", icon)}>
      <form
        className="form popup-form"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          set();
        }}
      >
        <TextField
          label="When"
          type="datetime-local"
          min={`${isoDay(new Date())}T00:00`}
          value={typed}
          problem={past ? "This moment has passed." : null}
          hint={draft.scheduledAt ? "It is scheduled already; this replaces it." : "In the time of this device."}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="form-end">
          <Button type="submit" kind="primary" small disabled={past}>
            {typed ? "Schedule" : "Send at once"}
          </Button>
        </div>
      </form>
    </Popover>
  );
}
