import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState, type FormEvent } from "react";

import { Button } from "../ui/Button";
import { TextField } from "../ui/Fields";
import { claimsOf } from "./claims";
import { signIn, signOut } from "./session";
import { bare } from "./token";

/** Asks for a token: in front of everything, which stays as it was, so that nothing typed is lost. */
export function SignIn({ again }: { again: boolean }) {
  const [problem, setProblem] = useState<string | null>(null);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const pasted = String(new FormData(event.currentTarget).get("token"));
    const { sub, exp } = claimsOf(bare(pasted));
    if (sub === undefined) return setProblem("This is no token. It has three groups of letters and digits, joined by dots.");
    if (exp !== undefined && exp * 1000 < Date.now()) return setProblem("This token has expired, too.");
    setProblem(null);
    event.currentTarget.reset();
    signIn(pasted);
  }
  return (
    <AlertDialog.Root open>
      <AlertDialog.Portal>
        {again ? <AlertDialog.Backdrop className="backdrop layer" /> : <div className="door" />}
        <AlertDialog.Popup className="dialog layer sign-in">
          <AlertDialog.Title render={<h2 />}>{again ? "Sign in again" : "Huntaze CRM"}</AlertDialog.Title>
          <AlertDialog.Description className="what" render={<div />}>
            {again
              ? "Your token is not accepted any more; it has probably expired. What you typed is still there: paste a new token of yours and go on."
              : "Fans, conversations and campaigns in one place. Paste your token to sign in; it is kept until this tab is closed."}
          </AlertDialog.Description>
          <form className="form" onSubmit={submit}>
            {/* Not a password field: the browser would offer to keep the token. */}
            <TextField label="Token" name="token" className="secret" required autoComplete="off" spellCheck={false} placeholder="eyJ…" problem={problem} hint={<>On this machine: <code>python -m services.cli token --user demo</code></>} />
            <div className="form-end">
              {again && <Button onClick={signOut}>Sign out</Button>}
              <Button type="submit" kind="primary">
                Sign in
              </Button>
            </div>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
