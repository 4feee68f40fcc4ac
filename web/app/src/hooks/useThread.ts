import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useShallow } from "zustand/react/shallow";

import { fetchThread } from "../clients/messages";
import type { Message } from "../store/entities";
import { takeIn, useInbox, type Thread } from "../store/inbox";
import { useConnection } from "../clients/socket";
import { compare, placeOf, thread, type Place } from "../store/order";
import { outgoingTo, type Outgoing } from "../store/outbox";

const fetching = new Set<string>();

interface Shown {
  messages: Message[];
  outgoing: readonly Outgoing[];
  loading: boolean;
  /** There is no such conversation, or it is somebody else's. */
  missing: boolean;
  complete: boolean;
  problem: string | null;
  loadOlder(): Promise<void>;
  retry(): void;
}

/** The messages of a conversation, live, from as far back as was asked for to now. */
export function useThread(id: string): Shown {
  const [problem, setProblem] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const reach = useInbox((state) => state.threads[id]);
  const { messages, held } = useInbox(useShallow((state) => ({ messages: state.messages, held: state.held[id] })));
  const outgoing = useInbox(useShallow((state) => outgoingTo(id, state.conversations[id]?.fanId, state.outbox)));
  const shown = useMemo(() => (reach ? thread(useInbox.getState(), id, reach.from) : []), [reach, id, messages, held]);
  /** What was there stays in sight while everything is fetched again, but not what was dropped by itself. */
  const generation = useInbox((state) => state.generation);
  const before = useRef<{ id: string; generation: number; messages: Message[] } | null>(null);
  if (reach) before.current = { id, generation, messages: shown };
  else if (before.current?.id !== id || before.current.generation === generation) before.current = null;
  const load = useCallback(async () => {
    setProblem(null);
    try {
      setMissing(!(await loadOlder(id)));
    } catch (fault) {
      setProblem((fault as Error).message);
    }
  }, [id]);
  const connected = useConnection((state) => state.connected);
  useEffect(() => {
    if (!reach) void load();
  }, [reach, load, connected]);
  return {
    messages: before.current?.messages ?? [],
    outgoing,
    loading: before.current === null && problem === null && !missing,
    missing,
    complete: reach?.complete ?? false,
    problem,
    loadOlder: load,
    retry: load,
  };
}

/** One page further back. False: there is no such conversation. */
async function loadOlder(id: string): Promise<boolean> {
  const { generation, threads } = useInbox.getState();
  const reach: Thread | undefined = threads[id];
  if (reach?.complete || fetching.has(id)) return true;
  fetching.add(id);
  try {
    const talk = await fetchThread(id, reach?.before ?? null);
    if (!talk) return false;
    if (useInbox.getState().generation !== generation) return true;
    const { nodes, pageInfo } = talk.messages;
    takeIn({ conversations: [talk], messages: nodes });
    const complete = !pageInfo.hasPreviousPage;
    const next: Thread = { from: complete ? null : oldestPlace(nodes), before: pageInfo.startCursor, complete };
    useInbox.setState((state) => ({ threads: { ...state.threads, [id]: next } }));
    return true;
  } finally {
    fetching.delete(id);
    // Everything was forgotten meanwhile: this page belonged to what was.
    if (useInbox.getState().generation !== generation) void loadOlder(id);
  }
}

function oldestPlace(messages: readonly Message[]): Place | null {
  const places = messages.map((message) => {
    const place = placeOf(message);
    return place.at < message.createdAt ? place : { at: message.createdAt, id: message.id };
  });
  return places.reduce<Place | null>((least, place) => (least && compare(least, place) < 0 ? least : place), null);
}
