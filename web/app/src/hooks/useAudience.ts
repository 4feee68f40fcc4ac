import { useEffect, useState } from "react";

import { fetchFans } from "../clients/fans";
import type { Fan } from "../store/entities";
import type { FansWanted } from "../store/fansWanted";
import { fanFilter, fanOrder } from "./useFans";

export const MOST = 100;
const PAUSE_MS = 300;

interface Found {
  key: string;
  fans: readonly Fan[];
  total: number;
}

/** Whom a filter finds in one account: how many in all, and the first hundred in the order asked for. */
export function useAudience(wanted: FansWanted, accountId: string | null) {
  const key = JSON.stringify([wanted, accountId]);
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (accountId === null) return;
    let asked = true;
    const timer = setTimeout(() => {
      setProblem(null);
      fetchFans(fanFilter(wanted, accountId), fanOrder(wanted), null, MOST).then(
        ({ nodes, totalCount }) => asked && setFound({ key, fans: nodes, total: totalCount }),
        (fault: Error) => asked && setProblem(fault.message),
      );
    }, PAUSE_MS);
    return () => {
      asked = false;
      clearTimeout(timer);
    };
  }, [key]);
  return { found, settled: found?.key === key, problem };
}
