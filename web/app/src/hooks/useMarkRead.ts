import { useEffect, useState } from "react";

import { markRead } from "../clients/conversations";
import { useConnection } from "../clients/socket";
import type { Conversation, Message } from "../store/entities";

const LOOK_MS = 400;

/** What has been on screen for a moment, in a window that is seen, is read. */
export function useMarkRead(conversation: Conversation, last: Message | undefined, onScreen: boolean): void {
  const visible = useVisible();
  const connected = useConnection((state) => state.connected);
  const { id, unreadCount } = conversation;
  useEffect(() => {
    if (!visible || !onScreen || !last || unreadCount === 0) return;
    const timer = setTimeout(() => {
      // Where it fails it is still unread, and tried again with the next message or connection.
      markRead(id, last.id).catch(() => undefined);
    }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [id, last?.id, unreadCount, onScreen, visible, connected]);
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
