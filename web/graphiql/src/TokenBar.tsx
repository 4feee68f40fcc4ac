import type { FormEvent } from "react";

interface Props {
  token: string;
  refused: boolean;
  onToken(pasted: string): void;
}

export function TokenBar({ token, refused, onToken }: Props) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    onToken(String(new FormData(form).get("token")));
    form.reset();
  }

  return (
    <header className="token-bar">
      <strong>Huntaze CRM</strong>
      <Advice token={token} refused={refused} />
      <form onSubmit={submit}>
        {/* Not a password field: the browser would offer to save the token. */}
        <input
          name="token"
          aria-label="Access token"
          placeholder={token ? "Paste another token" : "Paste a token"}
          pattern="\s*([Bb]earer\s+)?[A-Za-z0-9._\-]+\s*"
          title="A token is three groups of letters and digits, joined by dots."
          autoComplete="off"
          spellCheck={false}
          required
        />
        <button type="submit">Use token</button>
      </form>
      <button type="button" title="To watch in one window and send in the other" onClick={() => open(location.href)}>
        Second window
      </button>
    </header>
  );
}

function Advice({ token, refused }: Pick<Props, "token" | "refused">) {
  if (token && !refused) return <span>Signed in with a token, kept until this browser tab is closed.</span>;
  return (
    <span role="alert">
      {token ? "The server refuses this token; it may have expired." : "There is no token yet."} Run{" "}
      <code>python -m services.cli token --user demo</code> and paste what it prints.
    </span>
  );
}
