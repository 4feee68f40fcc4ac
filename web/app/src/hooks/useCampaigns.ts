import { useCallback, useEffect, useMemo, useState } from "react";

import { fetchCampaign, fetchCampaigns, useHeld, watchCampaign, type Campaign } from "../clients/campaigns";
import type { CampaignStatus } from "../generated/operations";
import { useInbox } from "../store/inbox";
import { useChosenAccount } from "./useAccounts";
import { usePages } from "./usePages";

const WATCHED = 20;
const MOVING: readonly CampaignStatus[] = ["ACTIVE", "SCHEDULED", "PAUSED"];

export const isMoving = (campaign: Campaign) => MOVING.includes(campaign.status);

/** Campaigns of the account that is looked at, newest first; those that move are watched. */
export function useCampaigns(status: CampaignStatus | null) {
  const chosen = useChosenAccount();
  const held = useHeld();
  const generation = useInbox((state) => state.generation);
  const { items, ...list } = usePages((after) => fetchCampaigns(status, chosen, after), JSON.stringify([status, chosen]), { moved: generation });
  const campaigns = useMemo(
    () => items.flatMap((id) => held[id] ?? []).filter((each) => status === null || each.status === status),
    [items, held, status],
  );
  const moving = campaigns.filter(isMoving).slice(0, WATCHED).map((each) => each.id).join(" ");
  useEffect(() => {
    const stops = moving.split(" ").filter(Boolean).map(watchCampaign);
    return () => stops.forEach((stop) => stop());
  }, [moving]);
  return { ...list, campaigns };
}

/** One campaign, live. */
export function useCampaign(id: string) {
  const campaign = useHeld((held) => held[id]);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(() => {
    setProblem(null);
    fetchCampaign(id).then((there) => setMissing(!there), (fault: Error) => setProblem(fault.message));
  }, [id]);
  useEffect(load, [load]);
  const known = campaign !== undefined;
  useEffect(() => (known ? watchCampaign(id) : undefined), [id, known]);
  return { campaign, missing, problem, retry: load };
}
