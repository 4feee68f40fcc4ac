import { useEffect } from "react";
import { useLocation } from "wouter";

import { shown, useSending } from "../store/campaignSender";
import { say } from "../ui/Toasts";

export const NEW_CAMPAIGN = "/campaigns/new";

/** Leads from the page of a new campaign to what was made of it; on another page it is told, and nobody is led away. */
export function useSent(): void {
  const { state, words, made } = useSending();
  const [here, go] = useLocation();
  const away = here !== NEW_CAMPAIGN;
  useEffect(() => {
    if (!made) return;
    const look = () => go(`/campaigns/${encodeURIComponent(made.id)}`);
    if (away) say(`${made.name} is made.`, { words: "Open", onAct: look });
    else look();
    shown();
  }, [made]);
  useEffect(() => {
    if (words === null || !away) return;
    say(state === "unknown" ? `It is not known whether the campaign was made. ${words}` : `The campaign was not made. ${words}`, {
      words: "Open",
      onAct: () => go(NEW_CAMPAIGN),
    });
  }, [words]);
}
