import { useId } from "react";

import { useNotes } from "../../hooks/useNotes";
import type { Fan } from "../../store/entities";
import { Button } from "../../ui/Button";

/** Notes that save themselves. To be made anew for another fan. */
export function Notes({ fan, readOnly }: { fan: Fan; readOnly: boolean }) {
  const id = useId();
  const { text, changed, state, save, type, leave, takeTheirs, keepMine } = useNotes(fan);
  const trouble = typeof state === "object" ? state : null;
  const theirs = trouble?.theirs;
  return (
    <div className="field">
      <label htmlFor={id}>Notes</label>
      <textarea
        id={id}
        className="input"
        rows={5}
        maxLength={10_000}
        placeholder="What to remember: birthdays, wishes, what was promised"
        readOnly={readOnly}
        value={text}
        onChange={(event) => type(event.target.value)}
        onBlur={leave}
      />
      <div className="hint" role="status">
        {state === "saving" && "Saving…"}
        {state === "saved" && !changed && "Saved by itself."}
        {trouble && <span className="problem">{trouble.problem}</span>}
      </div>
      {theirs !== undefined && (
        <div className="notice warn">
          <div>
            <p>It now says: “{theirs ?? ""}”</p>
            <div className="form-end">
              <Button small onClick={takeTheirs}>
                Take theirs
              </Button>
              <Button small onClick={() => keepMine(theirs)}>
                Keep mine
              </Button>
            </div>
          </div>
        </div>
      )}
      {trouble && theirs === undefined && (
        <div>
          <Button small onClick={() => void save()}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
