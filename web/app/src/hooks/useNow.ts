import { useSyncExternalStore } from "react";

const STEP_MS = 15_000;
let now = new Date();

function subscribe(changed: () => void): () => void {
  now = new Date();
  const timer = setInterval(() => {
    now = new Date();
    changed();
  }, STEP_MS);
  return () => clearInterval(timer);
}

/** The time, read again every quarter of a minute, for words such as "2 min". */
export const useNow = () => useSyncExternalStore(subscribe, () => now);
