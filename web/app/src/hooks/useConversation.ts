import { useLayoutEffect } from "react";

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

/** One conversation with its fan; its thread is fetched with it. */
export function useConversation(id: string): Shown {
  const conversation = useInbox((state) => state.conversations[id]);
  const fan = useInbox((state) => (conversation ? state.fans[conversation.fanId] : undefined));
  const fanId = conversation?.fanId;
  // Before anything can be typed: a letter typed in between would take the place of what is handed over.
  useLayoutEffect(() => {
    if (fanId) handOver(fanId, id);
  }, [fanId, id]);
  const { missing, problem, retry } = useThread(id);
  return { conversation, fan, missing, problem, retry };
}
