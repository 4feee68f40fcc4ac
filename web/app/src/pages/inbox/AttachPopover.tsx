import { useState } from "react";

import type { AttachmentType } from "../../generated/operations";
import { mediaType } from "../../store/rules";
import { Button } from "../../ui/Button";
import { Field, TextField } from "../../ui/Fields";
import { PopoverForm, type PopoverProps } from "./PopoverForm";

const MOST = 20;
const TYPES: readonly (readonly [AttachmentType, string])[] = [
  ["IMAGE", "Picture"],
  ["VIDEO", "Film"],
  ["AUDIO", "Sound"],
  ["FILE", "File"],
];

interface Entered {
  url: string;
  type: AttachmentType | null;
  preview: boolean;
  problem: string | null;
}

const nothing: Entered = { url: "", type: null, preview: false, problem: null };

/** Begins empty each time: a tick that was left from the message before would give paid media away. */
export function AttachPopover({ draft, icon, onChange }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const [{ url, type, preview, problem }, setEntered] = useState(nothing);
  const enter = (changed: Partial<Entered>) => setEntered((entered) => ({ ...entered, ...changed }));
  const show = (next: boolean) => {
    setEntered(nothing);
    setOpen(next);
  };
  const add = () => {
    const address = url.trim();
    if (!URL.canParse(address) || !/^https?:/i.test(address)) return enter({ problem: "An address that begins with https://." });
    onChange({ attachments: [...draft.attachments, { type: type ?? mediaType(address), url: address, preview }] });
    show(false);
  };
  return (
    <PopoverForm title="Attach by address" label="Attach a picture or film" icon={icon} open={open} onOpen={show} onSubmit={add}>
      <TextField label="Address" placeholder="https://" value={url} problem={problem} onChange={(event) => enter({ url: event.target.value })} />
      <Field label="What it is">
        {(wiring) => (
          <select className="input" {...wiring} value={type ?? mediaType(url)} onChange={(event) => enter({ type: event.target.value as AttachmentType })}>
            {TYPES.map(([each, words]) => (
              <option key={each} value={each}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label className="check">
        <input type="checkbox" checked={preview} onChange={(event) => enter({ preview: event.target.checked })} /> Shown before it is unlocked
      </label>
      <div className="form-end">
        <Button type="submit" kind="primary" small disabled={draft.attachments.length >= MOST}>
          Attach
        </Button>
      </div>
    </PopoverForm>
  );
}
