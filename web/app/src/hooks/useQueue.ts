import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useShallow } from "zustand/react/shallow";

import { fetchBacklogs } from "../clients/accounts";
import { fetchFailed } from "../clients/messages";
import { fetchHealth, watchQueue } from "../clients/queue";
import type { QueuePartsFragment } from "../generated/operations";
import { useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";
import { usePages } from "./usePages";

const HEALTH_MS = 15_000;
const BACKLOG_MS = 1_000;

/** The queue, live; null until it was heard of. */
export function useQueueStatus(): QueuePartsFragment | null {
  const [queue, setQueue] = useState<QueuePartsFragment | null>(null);
  useEffect(() => watchQueue(setQueue), []);
  return queue;
}

type Backlogs = Awaited<ReturnType<typeof fetchBacklogs>>;
type Health = Awaited<ReturnType<typeof fetchHealth>>;

/** What was heard last, and why there is nothing newer; of an old answer nobody may believe that it still holds. */
export interface Known<Value> {
  value: Value | null;
  problem: string | null;
  retry(): void;
}

function useAsked<Value>(fetch: () => Promise<Value>): Known<Value> & { ask(): void } {
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const ask = useCallback(() => {
    const number = ++asked.current;
    const last = () => number === asked.current;
    fetch().then(
      (found) => {
        if (!last()) return;
        setValue(found);
        setProblem(null);
      },
      (fault: Error) => last() && setProblem(fault.message),
    );
  }, []);
  return { value, problem, ask, retry: ask };
}

/** What waits in each account: asked for again when the queue has moved, once a second at most. */
export function useBacklogs(queue: QueuePartsFragment | null): Known<Backlogs> {
  const { ask, ...known } = useAsked(fetchBacklogs);
  const asked = useRef(0);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        asked.current = Date.now();
        ask();
      },
      Math.max(0, asked.current + BACKLOG_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [queue]);
  return known;
}

/** The parts of the product, asked now and again while the page is seen. */
export function useHealth(): Known<Health> {
  const { ask, ...known } = useAsked(fetchHealth);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && ask();
    look();
    const timer = setInterval(look, HEALTH_MS);
    return () => clearInterval(timer);
  }, []);
  return known;
}

/** Failed and unknown messages of the account that is looked at, newest first; live, because events move them. */
export function useFailed() {
  const chosen = useChosenAccount();
  const { messages: held, fans, generation } = useInbox(useShallow(({ messages, fans, generation }) => ({ messages, fans, generation })));
  const open = useMemo(() => Object.values(held).filter((each) => each.status === "FAILED" || each.status === "UNKNOWN"), [held]);
  // An event names the fan alone; whose account that is only the server knows.
  const strangers = open.filter((each) => !fans[each.fan.id]).length;
  const { items: _, ...list } = usePages((after) => fetchFailed(chosen, after), JSON.stringify([chosen, generation]), { moved: strangers });
  const messages = useMemo(() => {
    const wanted = chosen === null ? open : open.filter((each) => fans[each.fan.id]?.account?.id === chosen);
    return wanted.toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
  }, [open, fans, chosen]);
  return { ...list, messages };
}
