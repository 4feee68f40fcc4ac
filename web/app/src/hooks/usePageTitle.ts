import { useEffect } from "react";

/** The title of the window: how many conversations wait, and where we are. */
export function usePageTitle(page: string, unread: number): void {
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${page} · Huntaze CRM`;
  }, [page, unread]);
}
