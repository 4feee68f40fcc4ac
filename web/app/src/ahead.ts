import type { Ahead } from "./later";

const PAUSE_MS = 2_000;

/** Resolves when the browser has nothing better to do. */
const quiet = () =>
  new Promise<void>((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve());
    else setTimeout(resolve, PAUSE_MS);
  });

/** Whoever saves data is fetched what she looks at. Not every browser tells. */
const savesData = () => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** Fetches parts one after another, each when it is quiet, so that none of them is waited for. What fails is fetched when it is shown. */
export async function fetchAhead(parts: readonly Ahead[]): Promise<void> {
  for (const part of parts) {
    await quiet();
    if (savesData()) return;
    await part.ahead().catch(() => undefined);
  }
}
