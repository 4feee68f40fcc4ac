import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useShallow } from "zustand/react/shallow";

import { fetchConversations } from "../clients/conversations";
import { useConnection } from "../clients/socket";
import type { Conversation } from "../store/entities";
import { takeIn, useInbox, type List } from "../store/inbox";
import { rowPlace, rows, type Wanted } from "../store/order";

const fetching = new Set<string>();
const SEARCH_AGAIN_MS = 1_000;

interface Shown {
  conversations: Conversation[];
  loading: boolean;
  complete: boolean;
  problem: string | null;
  loadMore(): void;
  retry(): void;
}

/** A list of conversations, live; `kept` stays in it while it is open, although it may belong no longer. */
export function useConversations(wanted: Wanted, kept: string | null): Shown {
  const key = JSON.stringify(wanted);
  const [problem, setProblem] = useState<string | null>(null);
  const list = useInbox((state) => state.lists[key]);
  const { conversations, fans } = useInbox(
    useShallow((state) => ({ conversations: state.conversations, fans: state.fans })),
  );
  const shown = useMemo(
    () => (list ? rows(useInbox.getState(), wanted, list, kept) : []),
    [list, key, kept, conversations, fans],
  );
  const load = useCallback(() => {
    setProblem(null);
    loadPage(key, wanted).catch((fault: Error) => setProblem(fault.message));
  }, [key]);
  const connected = useConnection((state) => state.connected);
  useEffect(() => {
    if (!list) load();
  }, [list, load, connected]);
  useAskAgain(key, wanted);
  return {
    conversations: shown,
    loading: !list && problem === null,
    complete: list?.complete ?? false,
    problem,
    loadMore: () => list && !list.complete && load(),
    retry: load,
  };
}

/**
 * Which words are where is the server's to judge, and so is whose fan has come to carry a tag, or to have paid enough:
 * her conversation may not be here. Events make it ask again, once a second at most.
 */
function useAskAgain(key: string, wanted: Wanted): void {
  const news = useInbox((state) => state.news);
  const heard = useRef(news);
  const asked = useRef(0);
  const judged = wanted.search.trim() !== "" || wanted.tags.length > 0 || wanted.minValueCents !== null;
  useEffect(() => {
    if (!judged || heard.current === news) return;
    const pause = Math.max(0, asked.current + SEARCH_AGAIN_MS - Date.now());
    const timer = setTimeout(() => {
      heard.current = news;
      asked.current = Date.now();
      askAgain(key, wanted).catch(() => undefined); // the next event asks again
    }, pause);
    return () => clearTimeout(timer);
  }, [key, judged, news]);
}

/** Adds what is found now to what was found before. */
async function askAgain(key: string, wanted: Wanted): Promise<void> {
  const { generation } = useInbox.getState();
  const { nodes } = await fetchConversations(wanted, null);
  const { generation: now, lists } = useInbox.getState();
  const list = lists[key];
  if (now !== generation || !list) return;
  takeIn({ conversations: nodes });
  if (!list.hits) return;
  const hits = [...new Set([...nodes.map((each) => each.id), ...list.hits])];
  useInbox.setState((state) => ({ lists: { ...state.lists, [key]: { ...list, hits } } }));
}

async function loadPage(key: string, wanted: Wanted): Promise<void> {
  if (fetching.has(key)) return;
  fetching.add(key);
  const { generation, lists } = useInbox.getState();
  const before: List | undefined = lists[key];
  try {
    const page = await fetchConversations(wanted, before?.after ?? null);
    if (useInbox.getState().generation === generation) takePage(key, wanted, before, page);
  } finally {
    fetching.delete(key);
  }
  // Everything was forgotten meanwhile: this page belonged to what was.
  if (useInbox.getState().generation !== generation) await loadPage(key, wanted);
}

function takePage(key: string, wanted: Wanted, before: List | undefined, page: Awaited<ReturnType<typeof fetchConversations>>): void {
  takeIn({ conversations: page.nodes });
  const last = page.nodes.at(-1);
  const complete = !page.pageInfo.hasNextPage;
  const found = page.nodes.map((each) => each.id);
  const next: List = {
    after: page.pageInfo.endCursor,
    complete,
    until: complete || !last ? null : rowPlace({ ...last, fanId: last.fan.id, lastMessageId: null }),
    hits: wanted.search.trim() ? [...new Set([...(before?.hits ?? []), ...found])] : null,
  };
  useInbox.setState((state) => ({ lists: { ...state.lists, [key]: next } }));
}
