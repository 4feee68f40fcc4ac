import { useLayoutEffect, useRef } from "react";

import type { Conversation, Fan } from "../store/entities";
import { useInbox } from "../store/inbox";
import { handOver } from "./useDrafts";
import { useThread } from "./useThread";

interface Shown {
  conversation: Conversation | undefined;
  fan: Fan | undefined;
  missing: boolean;
  problem: string | null;
  retry(): void;
}

/**
 * One conversation with its fan; its thread is fetched with it. While everything is fetched again it is as it was: what
 * is being typed beside it must not lose its field.
 */
export function useConversation(id: string): Shown {
  const present = useInbox((state) => state.conversations[id]);
  const shown = useRef(present);
  if (present || shown.current?.id !== id) shown.current = present;
  const conversation = shown.current;
  const fan = useInbox((state) => (conversation ? state.fans[conversation.fanId] : undefined));
  const fanId = conversation?.fanId;
  // Before anything can be typed: a letter typed in between would take the place of what is handed over.
  useLayoutEffect(() => {
    if (fanId) handOver(fanId, id);
  }, [fanId, id]);
  const { missing, problem, retry } = useThread(id);
  return { conversation, fan, missing, problem, retry };
}
