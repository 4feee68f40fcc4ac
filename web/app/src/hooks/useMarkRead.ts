import { useEffect, useState } from "react";

import { markRead } from "../clients/conversations";
import { pauseAfter } from "../clients/http";
import { useConnection } from "../clients/socket";
import type { Conversation, Message } from "../store/entities";

const LOOK_MS = 400;
const AGAIN_MS = 10_000;

/** What has been on screen for a moment, in a window that is seen, is read. */
export function useMarkRead(conversation: Conversation, last: Message | undefined, onScreen: boolean): void {
  const visible = useVisible();
  const connected = useConnection((state) => state.connected);
  const { id, unreadCount } = conversation;
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!visible || !onScreen || !last || unreadCount === 0) return;
    let looking = true;
    let timer = setTimeout(() => {
      // Where it fails it is still unread, and tried again after a while, with the next message or connection.
      markRead(id, last.id).catch((fault: unknown) => {
        if (looking) timer = setTimeout(() => setTries(tries + 1), pauseAfter(fault) ?? AGAIN_MS);
      });
    }, LOOK_MS);
    return () => {
      looking = false;
      clearTimeout(timer);
    };
  }, [id, last?.id, unreadCount, onScreen, visible, connected, tries]);
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return visible;
}
