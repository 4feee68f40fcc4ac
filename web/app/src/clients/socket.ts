import { createClient, type Client } from "graphql-ws";
import { create } from "zustand";

import type { TypedDocumentString } from "../generated/operations";
import { refuse, useSession, validToken } from "../session/session";

/** Is the live connection there? `since`: when it was lost, in ms; null before it was there for the first time. */
export const useConnection = create<{ connected: boolean; since: number | null }>(() => ({
  connected: false,
  since: null,
}));

const PING_MS = 10_000;
const PATIENCE_MS = 5_000;
const SILENCE_MS = 16_000; // the server pings every 12 s
const LONGEST_PAUSE_MS = 8_000;

let heardAt = 0;
let missing: ReturnType<typeof setTimeout> | undefined;
let usedToken = "";

const heard = () => {
  heardAt = Date.now();
  clearTimeout(missing);
};

export const socket: Client = createClient({
  url: new URL("/graphql", location.href.replace(/^http/, "ws")).href,
  connectionParams: async () => {
    usedToken = await validToken();
    return { Authorization: `Bearer ${usedToken}` };
  },
  keepAlive: PING_MS,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: pause,
  on: {
    connected: () => {
      heard();
      useConnection.setState({ connected: true, since: null });
    },
    message: heard,
    ping: (received) => {
      if (received) return;
      clearTimeout(missing);
      missing = setTimeout(() => socket.terminate(), PATIENCE_MS);
    },
    closed: (event) => {
      clearTimeout(missing);
      if ((event as CloseEvent).code === 4403) refuse(usedToken);
      useConnection.setState((state) => ({ connected: false, since: state.since ?? Date.now() }));
    },
  },
});

/** Longer each time, with chance in it, but cut short when the network or the reader is back; never without a token. */
async function pause(retries: number): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, 300 * 2 ** retries);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, longest * (0.5 + Math.random() / 2));
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
  });
  await validToken();
}

/** A laptop that was closed: a connection nothing was heard of is dead, whatever the browser still believes. */
export function watchForSleep(): void {
  const check = () => {
    if (useConnection.getState().connected && Date.now() - heardAt > SILENCE_MS) socket.terminate();
  };
  addEventListener("online", check);
  addEventListener("offline", () => socket.terminate());
  addEventListener("pageshow", check);
  document.addEventListener("visibilitychange", check);
}

/** Another token of the same user replaces the connection of the one before. */
useSession.subscribe((session, before) => {
  if (session.token !== before.token && useConnection.getState().connected) socket.terminate();
});

const AGAIN_MS = 2_000;

/**
 * Watches the present state of one thing. After a cut it is subscribed again and begins with the state then, so nothing
 * has to be caught up with. Gives the way to stop.
 */
export function watch<R, V>(document: TypedDocumentString<R, V>, variables: V, onState: (state: R) => void): () => void {
  const payload = { query: document.toString(), variables: variables as Record<string, unknown> };
  let stopped = false;
  let stop = () => {};
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    stop = socket.subscribe<R>(payload, { next: ({ data }) => data && onState(data), error: again, complete: again });
  };
  const again = () => {
    if (!stopped) waiting = setTimeout(begin, AGAIN_MS);
  };
  begin();
  return () => {
    stopped = true;
    clearTimeout(waiting);
    stop();
  };
}
