import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";

import { fetchFans } from "../clients/fans";
import type { FanFilter, FanOrder } from "../generated/operations";
import { centsOf } from "../format/money";
import type { Fan } from "../store/entities";
import type { FansWanted } from "../store/fansWanted";
import { useInbox } from "../store/inbox";
import { dayStart } from "../store/order";
import { useChosenAccount } from "./useAccounts";
import { usePages } from "./usePages";

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

const PAUSE_MS = 250;

/** A list of fans; each of them as it now is. `narrowed` to an account, or to the one that is looked at. */
export function useFans(wanted: FansWanted, narrowed?: string | null) {
  const looked = useChosenAccount();
  const accountId = narrowed ?? looked;
  const generation = useInbox((state) => state.generation);
  const { items, last, ...list } = usePages(
    (after) => fetchFans(fanFilter(wanted, accountId), fanOrder(wanted), after),
    JSON.stringify([wanted, accountId]),
    { moved: generation, pauseMs: PAUSE_MS, meanwhile: true },
  );
  const { fans, conversations } = useInbox(useShallow((state) => ({ fans: state.fans, conversations: state.conversations })));
  const rows = useMemo(() => {
    const talks = new Map(Object.values(conversations).map((talk) => [talk.fanId, talk.id]));
    return items.flatMap<Row>(({ id, conversation }) => {
      const fan = fans[id];
      return fan && !fan.deletedAt ? [{ fan, conversationId: conversation?.id ?? talks.get(id) ?? null }] : [];
    });
  }, [items, fans, conversations]);
  return { ...list, rows, total: last?.totalCount ?? null };
}
