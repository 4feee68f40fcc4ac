import { useCallback, useEffect, useState } from "react";

import { fetchCampaignMessages } from "../clients/campaigns";
import type { MessageStatus } from "../generated/operations";
import { takeIn, useInbox } from "../store/inbox";

interface Page {
  ids: readonly string[];
  after: string | null;
  complete: boolean;
}

/** The messages of a campaign in one status, or all; `moved` asks again. They change by themselves, by their events. */
export function useCampaignMessages(id: string, status: MessageStatus | null, moved: unknown) {
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(
    (before: Page | null) => {
      setProblem(null);
      fetchCampaignMessages(id, status, before?.after ?? null).then(
        (found) => {
          if (!found) return;
          takeIn({ messages: found.nodes.map(({ fan, ...rest }) => ({ ...rest, fan: { id: fan.id } })), fans: found.nodes.map((each) => each.fan) });
          const ids = found.nodes.map((each) => each.id);
          setPage({ ids: [...(before?.ids ?? []), ...ids], after: found.pageInfo.endCursor, complete: !found.pageInfo.hasNextPage });
        },
        (fault: Error) => setProblem(fault.message),
      );
    },
    [id, status],
  );
  useEffect(() => load(null), [load, moved]);
  useEffect(() => setPage(null), [id, status]);
  const held = useInbox((state) => state.messages);
  const messages = (page?.ids ?? []).flatMap((each) => held[each] ?? []);
  return { messages, loading: page === null && problem === null, complete: page?.complete ?? true, problem, loadMore: () => page && load(page), retry: () => load(page) };
}
