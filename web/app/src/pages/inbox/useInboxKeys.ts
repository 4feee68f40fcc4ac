import { useEffect } from "react";
import { useLocation } from "wouter";

import { markRead } from "../../clients/conversations";
import { useInbox } from "../../store/inbox";
import { isTyping, usesArrows } from "../../ui/keys";
import { sayWhy } from "../../ui/Toasts";

/** Up and down go through the list, but scroll the messages where those are looked at; `/` searches, `e` marks read, `r` writes, `?` helps, Escape goes back. */
export function useInboxKeys(openId: string | null, onHelp: () => void): void {
  const [, go] = useLocation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]")) return;
      if (isTyping(event.target)) return onTypingKey(event);
      if (event.key.startsWith("Arrow") && usesArrows(event.target)) return;
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    const step = (by: number) => {
      const ids = Array.from(document.querySelectorAll<HTMLElement>("[data-conversation]"), (row) => row.dataset.conversation ?? "");
      const at = openId ? ids.indexOf(openId) : by > 0 ? -1 : ids.length;
      const next = ids[Math.max(0, Math.min(ids.length - 1, at + by))];
      if (next) go(`/inbox/${encodeURIComponent(next)}`);
    };
    const actions: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      j: () => step(1),
      k: () => step(-1),
      "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
      r: () => document.querySelector<HTMLElement>("[data-composer]")?.focus(),
      e: () => openId && (useInbox.getState().conversations[openId]?.unreadCount ?? 0) > 0 && void markRead(openId, null).catch(sayWhy),
      "?": onHelp,
      Escape: () => go("/"),
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [openId, go, onHelp]);
}

/** Out of a field again; and from an empty composer straight to the next conversation. */
function onTypingKey(event: KeyboardEvent): void {
  if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
}
