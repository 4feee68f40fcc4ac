import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { fetchBacklogs } from "../clients/accounts";
import { fetchFailed } from "../clients/messages";
import { fetchHealth, watchQueue } from "../clients/queue";
import type { QueuePartsFragment } from "../generated/operations";
import type { Message } from "../store/entities";
import { takeIn, useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";

const HEALTH_MS = 15_000;
const BACKLOG_MS = 1_000;

/** The queue, live; null until it was heard of. */
export function useQueueStatus(): QueuePartsFragment | null {
  const [queue, setQueue] = useState<QueuePartsFragment | null>(null);
  useEffect(() => watchQueue(setQueue), []);
  return queue;
}

/** What waits in each account: asked for again when the queue has moved, once a second at most. */
export function useBacklogs(queue: QueuePartsFragment | null) {
  const [backlogs, setBacklogs] = useState<Awaited<ReturnType<typeof fetchBacklogs>> | null>(null);
  const asked = useRef(0);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        asked.current = Date.now();
        // Where it fails the figures stay as they were; the queue's next step asks again.
        fetchBacklogs().then(setBacklogs, () => undefined);
      },
      Math.max(0, asked.current + BACKLOG_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [queue]);
  return backlogs;
}

/** The parts of the product, asked now and again while the page is seen. */
export function useHealth() {
  const [health, setHealth] = useState<Awaited<ReturnType<typeof fetchHealth>> | null>(null);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && void fetchHealth().then(setHealth, () => undefined);
    look();
    const timer = setInterval(look, HEALTH_MS);
    return () => clearInterval(timer);
  }, []);
  return health;
}

interface Failed {
  messages: Message[];
  loading: boolean;
  complete: boolean;
  problem: string | null;
  loadMore(): void;
}

/** Failed and unknown messages of the account that is looked at, newest first; live, because events move them. */
export function useFailed(): Failed {
  const [page, setPage] = useState<{ after: string | null; complete: boolean; fetched: boolean }>({ after: null, complete: false, fetched: false });
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback((after: string | null) => {
    setProblem(null);
    fetchFailed(after).then(
      ({ nodes, pageInfo }) => {
        takeIn({ messages: nodes.map(({ fan, ...rest }) => ({ ...rest, fan: { id: fan.id } })), fans: nodes.map((each) => each.fan) });
        setPage({ after: pageInfo.endCursor, complete: !pageInfo.hasNextPage, fetched: true });
      },
      (fault: Error) => setProblem(fault.message),
    );
  }, []);
  useEffect(() => load(null), [load]);
  const held = useInbox((state) => state.messages);
  const fans = useInbox((state) => state.fans);
  const chosen = useChosenAccount();
  const messages = useMemo(() => {
    const open = Object.values(held).filter((each) => each.status === "FAILED" || each.status === "UNKNOWN");
    const wanted = chosen === null ? open : open.filter((each) => fans[each.fan.id]?.account?.id === chosen);
    return wanted.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
  }, [held, fans, chosen]);
  return { messages, loading: !page.fetched && problem === null, complete: page.complete, problem, loadMore: () => load(page.after) };
}
