import { create } from "zustand";

import { fetchFan } from "../clients/fans";
import type { Fan } from "../store/entities";
import { useInbox } from "../store/inbox";

/** Who is being written to for the first time, whatever page lies below; null: nobody. */
export const useWriting = create<{ fan: Fan | null }>(() => ({ fan: null }));

export const writeTo = (fan: Fan) => useWriting.setState({ fan });
export const stopWriting = () => useWriting.setState({ fan: null });

/** The same by id, for somebody who may not be held. Throws Unanswered. */
export async function writeToId(id: string): Promise<void> {
  const fan = useInbox.getState().fans[id] ?? (await fetchFan(id));
  if (!fan) throw new Error("This fan is not there (any more).");
  writeTo(fan);
}
