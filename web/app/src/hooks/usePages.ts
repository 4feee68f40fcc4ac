import { useCallback, useEffect, useRef, useState } from "react";

import type { Page } from "../clients/http";
import { pagesLeft } from "./usePlace";

interface Pages<Item> {
  key: string;
  items: readonly Item[];
  pages: number;
  after: string | null;
  complete: boolean;
}

/**
 * A list that is fetched page by page. `key` says what is asked for: another one begins anew. When `moved` changes the
 * list is fetched again as far as it was shown, and so is one that the reader comes back to. An answer that a newer one
 * has overtaken is dropped.
 */
export function usePages<Item>(fetchPage: (after: string | null) => Promise<Page<Item>>, key: string, moved: unknown = null) {
  const [pages, setPages] = useState<Pages<Item> | null>(null);
  const [fault, setFault] = useState<{ key: string; words: string } | null>(null);
  const asked = useRef(0);
  const taken = useRef(0);
  const wanted = useRef(1);

  const load = useCallback(
    async (from: Pages<Item> | null, count: number) => {
      const number = ++asked.current;
      const overtaken = () => number <= taken.current;
      setFault(null);
      try {
        let next = from;
        for (let fetched = 0; fetched < count && !next?.complete; fetched++) {
          const { nodes, pageInfo } = await fetchPage(next?.after ?? null);
          if (overtaken()) return;
          const [items, pages] = [[...(next?.items ?? []), ...nodes], (next?.pages ?? 0) + 1];
          next = { key, items, pages, after: pageInfo.endCursor, complete: !pageInfo.hasNextPage };
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
  useEffect(() => void load(null, wanted.current), [load, moved]);

  const shown = pages?.key === key ? pages : null;
  const problem = fault?.key === key ? fault.words : null;
  return {
    place: { list: key, pages: shown?.pages ?? 0 },
    items: shown?.items ?? [],
    loading: shown === null && problem === null,
    complete: shown?.complete ?? false,
    problem,
    loadMore: () => {
      if (!shown || shown.complete) return;
      wanted.current++;
      void load(shown, 1);
    },
    reload: () => void load(null, wanted.current),
  };
}
