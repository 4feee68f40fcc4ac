import { useCallback, useRef } from "react";
import { useLocation } from "wouter";

import { money } from "../format/money";
import type { Listener } from "../clients/inboxEvents";
import { useInbox, type InboxEvent } from "../store/inbox";
import { say } from "../ui/Toasts";
import { usePreferences } from "./usePreferences";
import { isNarrowed } from "./useWanted";

type Added = Extract<InboxEvent, { __typename: "MessageAdded" }>;
type Paid = Extract<InboxEvent, { __typename: "PaymentReceived" }>;

const PAID = { UNLOCK: "unlocked a message for", TIP: "tipped", SUBSCRIPTION: "subscribed for" } as const;

/**
 * Tells of a new message that is not on screen: by the browser where that is allowed, else on the page. What was missed
 * while we were away is counted by the list and the title, not announced one by one.
 */
export function useNotifications(): { onEvent: Listener } {
  const [location, go] = useLocation();
  const here = useRef(location);
  here.current = location;
  const onEvent = useCallback<Listener>((event, live) => {
    if (live && event.__typename === "PaymentReceived") return tellPayment(event);
    if (!live || event.__typename !== "MessageAdded" || event.message.direction !== "IN") return;
    const address = `/inbox/${encodeURIComponent(event.message.conversation.id)}`;
    const seen = document.visibilityState === "visible";
    if (seen && (here.current === address || (here.current === "/" && isListed(event)))) return;
    if (!browserTells(event, () => go(address)) && seen)
      say(`${nameOf(event)}: ${shortened(event.message.text)}`, { words: "Open", onAct: () => go(address) });
  }, []);
  return { onEvent };
}

/** The list of conversations stands alone there, and its first row tells: unless it is narrowed to others. */
function isListed({ message }: Added): boolean {
  const { conversations, fans } = useInbox.getState();
  const account = conversations[message.conversation.id]?.account ?? fans[message.fan.id]?.account;
  return !isNarrowed(account?.id);
}

function tellPayment({ kind, amountCents, fan }: Paid): void {
  if (amountCents > 0) say(`${fan.name} ${PAID[kind] ?? "paid"} ${money(amountCents)}.`);
}

function browserTells(event: Added, open: () => void): boolean {
  const { notify } = usePreferences.getState();
  if (!notify || !("Notification" in window) || Notification.permission !== "granted") return false;
  try {
    const told = new Notification(nameOf(event), {
      body: shortened(event.message.text),
      // One per conversation: the next message takes the place of the one before.
      tag: event.message.conversation.id,
    });
    told.onclick = () => {
      window.focus();
      open();
      told.close();
    };
    return true;
  } catch {
    return false; // Chrome on Android has the permission, but notifications only for pages with a service worker.
  }
}

const nameOf = (event: Added) => useInbox.getState().fans[event.message.fan.id]?.name ?? "A fan";

const shortened = (text: string) => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
