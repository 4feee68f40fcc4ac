import { useState, type FormEvent } from "react";

import { connectAccount } from "../../clients/accounts";
import { PLATFORMS } from "../../format/words";
import type { Platform } from "../../generated/operations";
import type { Account } from "../../store/entities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field, TextField } from "../../ui/Fields";
import { say } from "../../ui/Toasts";

/** Only these can be written to; others would be refused. */
const SENDABLE: readonly Platform[] = ["ONLYFANS", "SANDBOX"];

/** A new account, or a new key for one. */
export function ConnectDialog({ account, onClose }: { account: Account | null; onClose(): void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    try {
      await connectAccount({
        platform: account?.platform ?? (text("platform") as Platform),
        accountId: account?.accountId ?? text("accountId"),
        displayName: text("displayName") || null,
        apiKey: text("apiKey"),
        webhookSecret: text("webhookSecret") || null,
      });
      say("The account is connected.");
      onClose();
    } catch (fault) {
      setProblem((fault as Error).message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog open onClose={onClose} title={account ? `A new key for ${account.displayName}` : "Connect an account"} what="The key is checked with the platform and kept encrypted.">
      <form className="form" onSubmit={(event) => void submit(event)} autoComplete="off">
        {!account && (
          <div className="form-row">
            <Field label="Platform">
              {(wiring) => (
                <select className="input" name="platform" {...wiring}>
                  {SENDABLE.map((each) => (
                    <option key={each} value={each}>
                      {PLATFORMS[each]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <TextField label="Account id" name="accountId" required hint="The platform's, or gateway's, id of the account." />
          </div>
        )}
        <TextField label="Name" name="displayName" maxLength={200} defaultValue={account?.displayName ?? ""} hint="Without one, the platform's own." />
        <TextField label="Key" name="apiKey" className="secret" required spellCheck={false} placeholder="The platform's key" />
        <TextField label="Webhook secret" name="webhookSecret" className="secret" spellCheck={false} placeholder="Optional" hint="Without it no message of a fan is accepted." />
        {problem && (
          <p className="form-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="form-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={busy}>
            {busy ? "Checking the key…" : "Connect"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
