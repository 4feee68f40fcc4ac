import { useState, type FormEvent } from "react";

import { ChangedMeanwhile, saveFan } from "../../clients/fanEdits";
import { createFan } from "../../clients/fans";
import { Refused, sentence } from "../../clients/http";
import { useAccounts, useChosenAccount } from "../../hooks/useAccounts";
import { useTags } from "../../hooks/useTags";
import { centsOf, exactMoney, typedMoney } from "../../format/money";
import { exactly, typedMoment } from "../../format/time";
import { PLATFORMS } from "../../format/words";
import type { Fan } from "../../store/entities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field, TagsField, TextField } from "../../ui/Fields";
import { say } from "../../ui/Toasts";

interface Props {
  /** The one to change; a new one without. */
  fan?: Fan;
  onClose(): void;
  onDone?(fan: Fan): void;
}

/** Add a fan by hand, or change one: what was touched, seen from what was there when the dialog was opened. */
export function FanDialog({ fan: given, onClose, onDone }: Props) {
  const [fan] = useState(given);
  /** As she was when it was last said that somebody else changed her. */
  const [seen, setSeen] = useState(given);
  const accounts = useAccounts().filter((each) => each.status !== "DISCONNECTED");
  const chosen = useChosenAccount();
  const known = useTags();
  const [accountId, setAccountId] = useState((accounts.find((each) => each.id === chosen) ?? accounts[0])?.id ?? "");
  const [tags, setTags] = useState<string[]>(fan?.tags ?? []);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim() || null;
    const valueCents = text("value") === null ? 0 : centsOf(text("value") ?? "");
    if (valueCents === null) return setProblems({ valueCents: "An amount such as 12 or 12.50." });
    const lastSeenAt = momentTyped(text("seen") ?? "", fan?.lastSeenAt ?? null);
    const fields = { name: text("name") ?? "", handle: text("handle"), email: text("email"), avatar: text("avatar"), valueCents, lastSeenAt, tags };
    setBusy(true);
    try {
      if (fan && seen) await saveFan(seen, changedOnly(fan, fields));
      else {
        const account = accounts.find((each) => each.id === accountId);
        const made = await createFan({ ...fields, platform: account?.platform ?? "ONLYFANS", accountId: account?.id ?? null });
        say(`${made.name} is added.`);
        onDone?.(made);
      }
      onClose();
    } catch (fault) {
      if (fault instanceof ChangedMeanwhile && fan && seen) {
        setProblems(overtaken(Object.keys(changedOnly(fan, fields)), seen, fault.fan));
        setSeen(fault.fan);
      } else setProblems(fault instanceof Refused ? byField(fault) : { "": (fault as Error).message });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog open onClose={onClose} title={fan ? `Edit ${fan.name}` : "Add a fan"}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <TextField label="Name" name="name" required maxLength={200} defaultValue={fan?.name ?? ""} problem={problems.name ?? null} />
        <div className="form-row">
          <TextField label="Handle" name="handle" maxLength={100} placeholder="@name" defaultValue={fan?.handle ?? ""} problem={problems.handle ?? null} />
          {!fan && accounts.length > 0 && (
            <Field label="Account" problem={problems.accountId ?? null}>
              {(wiring) => (
                <select className="input" {...wiring} value={accountId} onChange={(event) => setAccountId(event.target.value)}>
                  {accounts.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.displayName} · {PLATFORMS[each.platform]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <div className="form-row">
          <TextField label="E-mail" name="email" type="email" defaultValue={fan?.email ?? ""} problem={problems.email ?? null} />
          <TextField label="Paid so far" name="value" inputMode="decimal" placeholder="$0" defaultValue={fan ? typedMoney(fan.valueCents) : ""} problem={problems.valueCents ?? null} />
        </div>
        <TextField label="Last seen" name="seen" type="datetime-local" max="2099-12-31T23:59" defaultValue={typedMoment(fan?.lastSeenAt ?? null)} problem={problems.lastSeenAt ?? null} />
        <TextField label="Address of a picture" name="avatar" type="url" placeholder="https://" defaultValue={fan?.avatar ?? ""} problem={problems.avatar ?? null} />
        <TagsField label="Tags" value={tags} known={known} onChange={setTags} />
        {problems.tags && (
          <p className="form-problem" role="alert">
            {problems.tags}
          </p>
        )}
        {problems[""] && (
          <p className="form-problem" role="alert">
            {problems[""]}
          </p>
        )}
        <div className="form-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={busy}>
            {fan ? "Save" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A field knows minutes, not seconds: what was not touched stays as it was. */
function momentTyped(typed: string, before: string | null): string | null {
  if (typed === typedMoment(before)) return before;
  return typed === "" ? null : new Date(typed).toISOString();
}

function changedOnly<Fields extends object>(fan: Fan, fields: Fields): Partial<Fields> {
  const before = fan as unknown as Record<string, unknown>;
  const changed = Object.entries(fields).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed) as Partial<Fields>;
}

/** What somebody else made of the fields that are to be changed, by the name of each. Pure. */
function overtaken(names: readonly string[], before: Fan, now: Fan): Record<string, string> {
  const value = (fan: Fan, name: string) => JSON.stringify((fan as unknown as Record<string, unknown>)[name]);
  const moved = names.filter((name) => value(before, name) !== value(now, name));
  return Object.fromEntries(moved.map((name) => [name, `Somebody else made it ${worded(now, name)} meanwhile. Save again to put yours in its place.`]));
}

function worded(fan: Fan, name: string): string {
  if (name === "valueCents") return exactMoney(fan.valueCents);
  if (name === "lastSeenAt") return fan.lastSeenAt ? exactly(fan.lastSeenAt) : "empty";
  if (name === "tags") return fan.tags.join(", ") || "empty";
  return String((fan as unknown as Record<string, unknown>)[name] ?? "") || "empty";
}

/** What is wrong with each field, by its name; "" for what concerns none. */
function byField(refused: Refused): Record<string, string> {
  const shown = ["name", "handle", "email", "avatar", "valueCents", "lastSeenAt", "accountId"];
  const entries = refused.problems.map((problem) => {
    const name = problem.path?.[1] ?? "";
    return [shown.includes(name) ? name : "", sentence(problem)] as const;
  });
  return Object.fromEntries(entries);
}
