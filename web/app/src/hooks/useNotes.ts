import { useEffect, useRef, useState } from "react";

import { ChangedMeanwhile, saveFan } from "../clients/fanEdits";
import { OUTLIVES } from "../clients/http";
import { leftovers } from "../session/leftovers";
import type { Fan } from "../store/entities";
import { notedOf } from "../store/inbox";

const PAUSE_MS = 1000;

/** What is typed, and the notes it was typed over: kept together, so that a colleague's are noticed after a reload too. */
interface Noted {
  text: string;
  base: string | null;
  /** The text that was saved last, as it was typed. */
  saved: string | null;
}

/** `theirs`: what somebody else wrote meanwhile. */
type State = "saved" | "saving" | { problem: string; theirs?: string | null };

const clean = (text: string) => text.trim() || null;
const isChanged = ({ text, base, saved }: Noted) => text !== saved && clean(text) !== base;

/** What this tab tried to store since the last answer, by fan: where the server has one of them, no colleague wrote it. */
const tried = new Map<string, readonly (string | null)[]>();

/** Notes that save themselves when the writing pauses and when it or the page is left; a colleague's are never written over unseen. */
export function useNotes(fan: Fan) {
  const key = notedOf(fan.id);
  const [noted, setNoted] = useState<Noted | null>(() => leftovers.read<Noted | null>(key, null));
  const [state, setState] = useState<State>("saved");
  const latest = useRef(noted);
  const saving = useRef(false);
  const gone = useRef(false);

  const note = (next: Noted | null) => {
    latest.current = next;
    setNoted(next);
    leftovers.keep(key, next && isChanged(next) ? next : null);
  };
  const store = async ({ base, text }: Noted): Promise<string | null> => {
    const notes = clean(text);
    tried.set(fan.id, [...(tried.get(fan.id) ?? []), notes]);
    try {
      const stored = await saveFan({ ...fan, notes: base }, { notes }, OUTLIVES);
      tried.set(fan.id, [notes]);
      return stored ? stored.notes : notes;
    } catch (fault) {
      const own = fault instanceof ChangedMeanwhile && fault.fan.notes !== base && tried.get(fan.id)?.includes(fault.fan.notes);
      if (!own) throw fault;
      return store({ base: fault.fan.notes, text, saved: null });
    }
  };
  const save = async () => {
    const begun = latest.current;
    // One at a time: the next one builds upon what this one has stored.
    if (!begun || !isChanged(begun) || saving.current) return;
    saving.current = true;
    setState("saving");
    try {
      const base = await store(begun);
      if (latest.current) note({ ...latest.current, base, saved: begun.text });
      setState("saved");
    } catch (fault) {
      const theirs = fault instanceof ChangedMeanwhile ? { theirs: fault.fan.notes } : {};
      setState({ problem: (fault as Error).message, ...theirs });
      return;
    } finally {
      saving.current = false;
    }
    if (gone.current || document.visibilityState === "hidden") await save();
  };

  useEffect(() => {
    if (!noted || !isChanged(noted) || state !== "saved") return;
    const timer = setTimeout(() => void save(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [noted, state]);
  useEffect(() => {
    // Nothing of ours is left to save: what others write is shown as it comes.
    if (noted && !isChanged(noted) && fan.notes !== noted.base) note(null);
  }, [noted, fan.notes]);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      void save();
    };
  }, []);
  useEffect(() => {
    // Whoever hides the page may never come back to it.
    const hidden = () => void (document.visibilityState === "hidden" && save());
    const left = () => void save();
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", left);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("pagehide", left);
    };
  }, []);

  return {
    text: noted?.text ?? fan.notes ?? "",
    changed: noted !== null && isChanged(noted),
    state,
    save,
    type: (text: string) => {
      note({ base: fan.notes, saved: null, ...latest.current, text });
      if (typeof state === "object" && state.theirs === undefined) setState("saved");
    },
    /** The field is left: the text is shown as it is stored. */
    leave: () => {
      if (latest.current && !isChanged(latest.current)) note(null);
      else if (state === "saved") void save();
    },
    takeTheirs: () => {
      note(null);
      setState("saved");
    },
    keepMine: (theirs: string | null) => {
      if (latest.current) note({ ...latest.current, base: theirs });
      void save();
    },
  };
}
