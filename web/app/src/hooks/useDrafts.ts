import { create } from "zustand";

import { leftovers } from "../session/leftovers";
import { isUntouched, joined, type Draft } from "../store/outbox";

const KEY = "drafts";
export const blank: Draft = { text: "", priceCents: null, attachments: [], scheduledAt: null };

/** What was begun in each conversation and not sent; it survives a reload and ends with the tab. */
const useAll = create<Record<string, Draft>>(() => leftovers.read<Record<string, Draft>>(KEY, {}));

export function keepDraft(id: string, draft: Draft): void {
  const { [id]: _, ...others } = useAll.getState();
  const next = isUntouched(draft) ? others : { ...others, [id]: draft };
  useAll.setState(next, true);
  leftovers.keep(KEY, next);
}

/** What was not sent goes back to where it was written, in front of what is being written there. */
export function takeBack(id: string, draft: Draft): void {
  keepDraft(id, joined(draft, useAll.getState()[id] ?? blank));
}

/** What was written to a fan before there was a conversation with her is written in it from now on. */
export function handOver(fanId: string, id: string): void {
  const written = useAll.getState()[fanId];
  if (!written) return;
  takeBack(id, written);
  keepDraft(fanId, blank);
}

export const useDraft = (id: string): Draft => useAll((state) => state[id] ?? blank);
