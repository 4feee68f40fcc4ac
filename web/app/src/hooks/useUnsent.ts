import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

import { useInbox } from "../store/inbox";
import { unsent, type Outgoing } from "../store/outbox";
import { hush, sayWhy, tell } from "../ui/Toasts";
import { useWriting, writeToId } from "./useWriting";

const addressOf = (talkId: string) => `/inbox/${encodeURIComponent(talkId)}`;

/** The conversation of what is on its way; undefined: it would be the first message. */
function talkOf({ conversationId, toFan }: Outgoing): string | undefined {
  if (!toFan) return conversationId;
  return Object.values(useInbox.getState().conversations).find((talk) => talk.fanId === conversationId)?.id;
}

function lookAt(outgoing: Outgoing, go: (address: string) => void): void {
  const talk = talkOf(outgoing); // there may be one by now
  if (talk !== undefined) go(addressOf(talk));
  else writeToId(outgoing.conversationId).catch(sayWhy);
}

/** A message that is not sent while nobody looks is told until it is looked at, with the way to what was typed. */
export function useUnsent(): void {
  const outbox = useInbox((state) => state.outbox);
  const known = useInbox((state) => state.viewer !== null);
  const writing = useWriting((state) => state.fan?.id);
  const [here, go] = useLocation();
  /** By the place it was written at: what was told there, or seen. */
  const told = useRef(new Map<string, string>());
  useEffect(() => {
    if (!known) return;
    const open = unsent(outbox);
    for (const [place, all] of open) {
      const [first] = all;
      const keys = all.map((each) => each.clientKey).join();
      const talk = talkOf(first);
      const seen = writing === place || (talk !== undefined && here === addressOf(talk));
      if (seen) hush(place);
      else if (told.current.get(place) !== keys)
        tell(place, sentenceOf(all), { words: "Open", onAct: () => lookAt(first, go) });
      told.current.set(place, keys);
    }
    for (const place of told.current.keys()) {
      if (open.has(place)) continue;
      told.current.delete(place);
      hush(place);
    }
  }, [outbox, known, writing, here]);
}

function sentenceOf(all: readonly [Outgoing, ...Outgoing[]]): string {
  const [{ conversationId, state, words }] = all;
  const { conversations, fans } = useInbox.getState();
  const name = fans[conversations[conversationId]?.fanId ?? conversationId]?.name;
  const to = name === undefined ? "" : ` to ${name}`;
  if (all.length > 1) return `${all.length} messages${to} were not sent.`;
  return `Not sent${to}: ${state === "overtaken" ? "a colleague answered first." : (words ?? "")}`;
}
