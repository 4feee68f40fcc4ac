import { useCallback, useEffect, useState } from "react";

import { fetchAnalytics, type Analytics } from "../clients/analytics";
import type { AnalyticsFilter } from "../generated/operations";
import { daysOf, type View } from "../pages/analytics/view";
import { useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";

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
