import { useCallback, useEffect, useRef, useState } from "react";

import { fetchAnalytics, type Analytics } from "../clients/analytics";
import type { AnalyticsFilter, Interval } from "../generated/operations";
import { daysOf, rangeProblem, type View } from "../pages/analytics/view";
import { useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";

const AGAIN_MS = 60_000;
const TYPING_MS = 400;

/** An answer with what it was asked for, because the page may have moved on meanwhile. */
interface Answer {
  key: string;
  analytics: Analytics;
  interval: Interval;
  days: ReturnType<typeof daysOf>;
}

/** The figures, asked for again each minute while the page is seen. */
export function useAnalytics(view: View) {
  const accountId = useChosenAccount();
  const timeZone = useInbox((state) => state.viewer?.timeZone ?? null);
  const days = daysOf(view, timeZone);
  const filter: AnalyticsFilter = {
    ...days,
    platform: view.platform,
    accountIds: accountId ? [accountId] : null,
    tags: view.tags.length > 0 ? [...view.tags] : null,
    timeZone,
  };
  const key = JSON.stringify([filter, view.interval]);
  const lack = rangeProblem(view);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const load = useCallback(() => {
    const number = ++asked.current;
    const last = () => number === asked.current;
    fetchAnalytics(filter, view.interval).then(
      (analytics) => {
        if (!last()) return;
        setAnswer({ key, analytics, interval: view.interval, days });
        setProblem(null);
      },
      (fault: Error) => last() && setProblem(fault.message),
    );
  }, [key]);
  useEffect(() => {
    setProblem(null);
    if (lack !== null) return;
    const first = setTimeout(load, view.range === "own" ? TYPING_MS : 0);
    const timer = setInterval(() => document.visibilityState === "visible" && load(), AGAIN_MS);
    return () => {
      asked.current++; // what is still on its way answers a question of before
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [load, lack]);
  return { answer, current: answer?.key === key && lack === null, lack, problem, retry: load };
}
