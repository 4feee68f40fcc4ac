import { useCallback, useEffect, useMemo, useState } from "react";

import { fetchBacklogs } from "../clients/accounts";
import { fetchFailed } from "../clients/messages";
import { fetchHealth, fetchQueueStatus } from "../clients/queue";
import type { Message } from "../store/entities";
import { takeIn, useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";

const STATUS_MS = 3_000;
const HEALTH_MS = 15_000;

interface Asked<Value> {
  value: Value | null;
  problem: string | null;
  again(): void;
}

/** Asks now and again while the page is seen. */
function useAskedOften<Value>(ask: () => Promise<Value>, everyMs: number): Asked<Value> {
  const [state, setState] = useState<{ value: Value | null; problem: string | null }>({ value: null, problem: null });
  const again = useCallback(() => {
    ask().then(
      (value) => setState({ value, problem: null }),
      (fault: Error) => setState((before) => ({ ...before, problem: fault.message })),
    );
  }, [ask]);
  useEffect(() => {
    again();
    const timer = setInterval(() => document.visibilityState === "visible" && again(), everyMs);
    return () => clearInterval(timer);
  }, [again, everyMs]);
  return { ...state, again };
}

export const useQueueStatus = () => useAskedOften(fetchQueueStatus, STATUS_MS);
export const useBacklogs = () => useAskedOften(fetchBacklogs, STATUS_MS);
export const useHealth = () => useAskedOften(fetchHealth, HEALTH_MS);

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
