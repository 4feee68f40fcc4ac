import { fetchCampaignMessages } from "../clients/campaigns";
import { useInbox } from "../store/inbox";
import { usePages } from "./usePages";

/** The messages of a campaign, one for each recipient. They change by themselves, by their events; `moved` asks again. */
export function useCampaignMessages(id: string, moved: unknown) {
  const generation = useInbox((state) => state.generation);
  const { items, ...list } = usePages((after) => fetchCampaignMessages(id, after), JSON.stringify([id, generation]), { moved });
  const held = useInbox((state) => state.messages);
  return { ...list, messages: items.flatMap((each) => held[each] ?? []) };
}
