import { useCallback, useEffect, useState } from "react";

import { fetchAnalytics, type Analytics } from "../clients/analytics";
import type { AnalyticsFilter, Interval, Platform } from "../generated/operations";
import { useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";

export type Range = "7" | "30" | "90" | "365" | "own";

/** What is looked at. `from` and `to` count where the range is one's own. */
export interface View {
  range: Range;
  from: string;
  to: string;
  interval: Interval;
  platform: Platform | null;
  tags: readonly string[];
}

/** Today and the days before it, both ends included; today is the viewer's, wherever this browser is. */
export function daysOf(view: View, timeZone: string | null, now = new Date()): { from: string | null; to: string | null } {
  if (view.range === "own") return { from: view.from || null, to: view.to || null };
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: timeZone ?? "UTC" }).format(now);
  const first = new Date(`${today}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - Number(view.range) + 1);
  return { from: first.toISOString().slice(0, 10), to: today };
}

const AGAIN_MS = 60_000;

/** The figures, asked for again each minute while the page is seen. */
export function useAnalytics(view: View) {
  const accountId = useChosenAccount();
  const timeZone = useInbox((state) => state.viewer?.timeZone ?? null);
  const filter: AnalyticsFilter = {
    ...daysOf(view, timeZone),
    platform: view.platform,
    accountIds: accountId ? [accountId] : null,
    tags: view.tags.length > 0 ? [...view.tags] : null,
    timeZone,
  };
  const key = JSON.stringify([filter, view.interval]);
  const [state, setState] = useState<{ key: string; value: Analytics } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(() => {
    let asked = true;
    fetchAnalytics(filter, view.interval).then(
      (value) => {
        if (!asked) return;
        setState({ key, value });
        setProblem(null);
      },
      (fault: Error) => asked && setProblem(fault.message),
    );
    return () => void (asked = false);
  }, [key]);
  useEffect(() => {
    const stop = load();
    const timer = setInterval(() => document.visibilityState === "visible" && load(), AGAIN_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [load]);
  return { analytics: state?.value ?? null, current: state?.key === key, problem, retry: load, days: daysOf(view, timeZone) };
}
