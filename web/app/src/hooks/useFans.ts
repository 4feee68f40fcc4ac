import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useShallow } from "zustand/react/shallow";

import { fetchFans } from "../clients/fans";
import type { FanFilter, FanOrder } from "../generated/operations";
import { centsOf } from "../format/money";
import type { Fan } from "../store/entities";
import type { FansWanted } from "../store/fansWanted";
import { useInbox } from "../store/inbox";
import { dayStart } from "../store/order";
import { useChosenAccount } from "./useAccounts";
import { pagesLeft } from "./usePlace";

export function fanFilter(wanted: FansWanted, accountId: string | null): FanFilter {
  return {
    search: wanted.search.trim() || null,
    tags: wanted.tags.length > 0 ? [...wanted.tags] : null,
    platform: wanted.platform,
    accountIds: accountId ? [accountId] : null,
    minValueCents: centsOf(wanted.minValue),
    maxValueCents: centsOf(wanted.maxValue),
    seenAfter: wanted.seenFrom ? dayStart(wanted.seenFrom) : null,
    seenBefore: wanted.seenTo ? new Date(Date.parse(dayStart(wanted.seenTo, 1)) - 1).toISOString() : null,
  };
}

export const fanOrder = (wanted: FansWanted): FanOrder => ({ field: wanted.order, direction: wanted.direction });

export interface Row {
  fan: Fan;
  conversationId: string | null;
}

interface Page {
  key: string;
  pages: number;
  ids: readonly (readonly [string, string | null])[];
  after: string | null;
  complete: boolean;
  total: number;
}

const PAUSE_MS = 250;

function added(key: string, before: Page | null, found: Awaited<ReturnType<typeof fetchFans>>): Page {
  const ids = found.nodes.map((each) => [each.id, each.conversation?.id ?? null] as const);
  const { hasNextPage, endCursor } = found.pageInfo;
  const [all, pages] = [[...(before?.ids ?? []), ...ids], (before?.pages ?? 0) + 1];
  return { key, pages, ids: all, after: endCursor, complete: !hasNextPage, total: found.totalCount };
}

/** A list of fans; each of them as it now is. `narrowed` to an account, or to the one that is looked at. */
export function useFans(wanted: FansWanted, narrowed?: string | null) {
  const looked = useChosenAccount();
  const accountId = narrowed ?? looked;
  const key = JSON.stringify([wanted, accountId]);
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);

  const load = useCallback(
    async (before: Page | null, count = 1) => {
      const number = ++asked.current;
      setProblem(null);
      try {
        let next = before;
        for (let fetched = 0; fetched < count && !next?.complete; fetched++) {
          const found = await fetchFans(fanFilter(wanted, accountId), fanOrder(wanted), next?.after ?? null);
          if (number !== asked.current) return;
          next = added(key, next, found);
        }
        setPage(next);
      } catch (fault) {
        if (number === asked.current) setProblem((fault as Error).message);
      }
    },
    [key],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(null, pagesLeft(key)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [load]);

  const { fans, conversations } = useInbox(useShallow((state) => ({ fans: state.fans, conversations: state.conversations })));
  const rows = useMemo(() => {
    const talks = new Map(Object.values(conversations).map((talk) => [talk.fanId, talk.id]));
    return (page?.ids ?? []).flatMap<Row>(([id, talk]) => {
      const fan = fans[id];
      return fan && !fan.deletedAt ? [{ fan, conversationId: talk ?? talks.get(id) ?? null }] : [];
    });
  }, [page, fans, conversations]);
  const place = { list: key, pages: page?.key === key ? page.pages : 0 };
  return {
    place,
    rows,
    total: page?.total ?? null,
    loading: page === null && problem === null,
    complete: page?.complete ?? false,
    problem,
    loadMore: () => page?.key === key && !page.complete && load(page),
    reload: () => load(null, place.pages || 1),
  };
}
