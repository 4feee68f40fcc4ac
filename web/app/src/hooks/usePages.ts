import { useCallback, useEffect, useRef, useState } from "react";

import type { Page } from "../clients/http";
import { pagesLeft } from "./usePlace";

interface Pages<Answer extends Page<unknown>> {
  key: string;
  items: readonly Answer["nodes"][number][];
  pages: number;
  last: Answer;
}

interface Ways {
  /** When it changes, the list is fetched again as far as it was shown. */
  moved?: unknown;
  /** A key that is typed: it is waited so long for the next letter. */
  pauseMs?: number;
  /** Until the first answer under a new key, show what there was under the one before. */
  meanwhile?: boolean;
}

/**
 * A list that is fetched page by page. `key` says what is asked for: another one begins anew. A list that the reader
 * comes back to is fetched as far as it was shown. An answer that a newer one has overtaken is dropped.
 */
export function usePages<Answer extends Page<unknown>>(
  fetchPage: (after: string | null) => Promise<Answer>,
  key: string,
  { moved, pauseMs = 0, meanwhile = false }: Ways = {},
) {
  const [pages, setPages] = useState<Pages<Answer> | null>(null);
  const [fault, setFault] = useState<{ key: string; words: string } | null>(null);
  const asked = useRef(0);
  const taken = useRef(0);
  const wanted = useRef(1);

  const load = useCallback(
    async (from: Pages<Answer> | null, count: number) => {
      const number = ++asked.current;
      const overtaken = () => number <= taken.current;
      setFault(null);
      try {
        let next = from;
        for (let fetched = 0; fetched < count && (!next || next.last.pageInfo.hasNextPage); fetched++) {
          const last = await fetchPage(next?.last.pageInfo.endCursor ?? null);
          if (overtaken()) return;
          next = { key, items: [...(next?.items ?? []), ...last.nodes], pages: (next?.pages ?? 0) + 1, last };
        }
        taken.current = number;
        setPages(next);
      } catch (reason) {
        if (!overtaken()) setFault({ key, words: (reason as Error).message });
      }
    },
    [key],
  );
  useEffect(() => {
    taken.current = asked.current; // what was asked for under another key is not wanted any more
    wanted.current = pagesLeft(key);
  }, [key]);
  useEffect(() => {
    const timer = setTimeout(() => void load(null, wanted.current), pauseMs);
    return () => clearTimeout(timer);
  }, [load, moved]);

  const current = pages?.key === key ? pages : null;
  const shown = meanwhile ? pages : current;
  const problem = fault?.key === key ? fault.words : null;
  return {
    place: { list: key, pages: current?.pages ?? 0 },
    items: shown?.items ?? [],
    last: shown?.last ?? null,
    loading: shown === null && problem === null,
    complete: shown !== null && !shown.last.pageInfo.hasNextPage,
    problem,
    loadMore: () => {
      if (!current?.last.pageInfo.hasNextPage) return;
      wanted.current++;
      void load(current, 1);
    },
    reload: () => void load(null, wanted.current),
  };
}
