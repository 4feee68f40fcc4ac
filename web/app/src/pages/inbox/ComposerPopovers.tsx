import { useLayoutEffect, useState } from "react";

import { centsOf, money, typedMoney } from "../../format/money";
import { isoDay, typedMoment } from "../../format/time";
import type { Account } from "../../store/entities";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Fields";
import { PopoverForm, type PopoverProps } from "./PopoverForm";

export function PricePopover({ draft, icon, onChange, capabilities }: PopoverProps & { capabilities: Account["capabilities"] | undefined }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useTyped(open, draft.priceCents ? typedMoney(draft.priceCents) : "");
  const malformed = typed.trim() !== "" && centsOf(typed) === null;
  const set = () => {
    if (malformed) return;
    onChange({ priceCents: centsOf(typed) || null });
    setOpen(false);
  };
  return (
    <PopoverForm title="Price to unlock" label="Set a price" icon={icon} open={open} onOpen={setOpen} onSubmit={set}>
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
    </PopoverForm>
  );
}

export function SchedulePopover({ draft, icon, onChange }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useTyped(open, typedMoment(draft.scheduledAt));
  const past = typed !== "" && new Date(typed).getTime() < Date.now();
  const set = () => {
    if (past) return;
    onChange({ scheduledAt: typed ? new Date(typed).toISOString() : null });
    setOpen(false);
  };
  return (
    <PopoverForm title="Send later" label="Send later" icon={icon} open={open} onOpen={setOpen} onSubmit={set}>
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
    </PopoverForm>
  );
}

/** What is typed: what the draft has, each time the popover opens, and when the draft becomes another below it. */
function useTyped(open: boolean, given: string) {
  const [typed, setTyped] = useState(given);
  useLayoutEffect(() => {
    if (open) setTyped(given);
  }, [open, given]);
  return [typed, setTyped] as const;
}
