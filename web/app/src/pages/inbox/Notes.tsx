import { useEffect, useId, useRef, useState } from "react";

import { ChangedMeanwhile, saveFan } from "../../clients/fanEdits";
import { leftovers } from "../../session/leftovers";
import type { Fan } from "../../store/entities";
import { Button } from "../../ui/Button";

const PAUSE_MS = 1000;

/** Notes that save themselves when the writing pauses. A colleague's changes are never written over unseen. */
export function Notes({ fan, readOnly }: { fan: Fan; readOnly: boolean }) {
  const id = useId();
  const key = `notes.${fan.id}`;
  const base = useRef(fan);
  const [typed, setTyped] = useState<string | null>(() => leftovers.read<string | null>(key, null));
  const [state, setState] = useState<"saved" | "saving" | { problem: string; theirs: Fan | null }>("saved");
  const mine = typed ?? fan.notes ?? "";

  const save = async (from: Fan, notes: string) => {
    setState("saving");
    try {
      await saveFan(from, { notes: notes.trim() || null });
      leftovers.keep(key, null);
      setState("saved");
      setTyped((now) => (now === notes ? null : now));
    } catch (fault) {
      setState({ problem: (fault as Error).message, theirs: fault instanceof ChangedMeanwhile ? fault.fan : null });
    }
  };
  useEffect(() => {
    if (typed === null) {
      base.current = fan;
      return;
    }
    leftovers.keep(key, typed);
    if (typed === (base.current.notes ?? "")) return;
    const timer = setTimeout(() => void save(base.current, typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    if (typed === null) base.current = fan;
  }, [fan, typed]);

  const conflict = typeof state === "object" ? state : null;
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
        value={mine}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="hint" role="status">
        {state === "saving" && "Saving…"}
        {state === "saved" && typed === null && "Saved by itself."}
        {conflict && <span className="problem">{conflict.problem}</span>}
      </div>
      {conflict?.theirs && (
        <div className="notice warn">
          <div>
            <p>It now says: “{conflict.theirs.notes ?? ""}”</p>
            <div className="form-end">
              <Button
                small
                onClick={() => {
                  setTyped(null);
                  leftovers.keep(key, null);
                  setState("saved");
                }}
              >
                Take theirs
              </Button>
              <Button small onClick={() => conflict.theirs && void save((base.current = conflict.theirs), mine)}>
                Keep mine
              </Button>
            </div>
          </div>
        </div>
      )}
      {conflict && !conflict.theirs && (
        <div>
          <Button small onClick={() => void save(base.current, mine)}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
