/** No answer came, or not from the part that was asked: the same call may well be answered later. */
const PASSES = new Set(["NETWORK", "UNAVAILABLE", "TIMEOUT"]);

export const passes = (code: string) => PASSES.has(code);

/** Resolves after so many milliseconds, or as soon as the browser says that it is connected again. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

/** For a call that is repeated and carried out once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
