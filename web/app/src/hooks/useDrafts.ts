import { create } from "zustand";

import { leftovers } from "../session/leftovers";
import type { Draft } from "../store/outbox";

const KEY = "drafts";
export const blank: Draft = { text: "", priceCents: null, attachments: [], scheduledAt: null };

/** What was begun in each conversation and not sent; it survives a reload and ends with the tab. */
const useAll = create<Record<string, Draft>>(() => leftovers.read<Record<string, Draft>>(KEY, {}));

export const isBlank = (draft: Draft) => draft.text.trim() === "" && draft.attachments.length === 0;

export function keepDraft(id: string, draft: Draft): void {
  const { [id]: _, ...others } = useAll.getState();
  const next = isBlank(draft) && draft.priceCents === null ? others : { ...others, [id]: draft };
  useAll.setState(next, true);
  leftovers.keep(KEY, next);
}

export const useDraft = (id: string): Draft => useAll((state) => state[id] ?? blank);
