import { useCallback, useEffect, useMemo, useState } from "react";

import { fetchCampaign, fetchCampaigns, useHeld, watchCampaign, type Campaign } from "../clients/campaigns";
import type { CampaignStatus } from "../generated/operations";
import { useChosenAccount } from "./useAccounts";

const WATCHED = 20;
const MOVING: readonly CampaignStatus[] = ["ACTIVE", "SCHEDULED", "PAUSED"];

export const isMoving = (campaign: Campaign) => MOVING.includes(campaign.status);

interface Page {
  ids: readonly string[];
  after: string | null;
  complete: boolean;
}

/** Campaigns of the account that is looked at, newest first; those that move are watched. */
export function useCampaigns(status: CampaignStatus | null) {
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const chosen = useChosenAccount();
  const held = useHeld();
  const load = useCallback(
    (before: Page | null) => {
      setProblem(null);
      fetchCampaigns(status, before?.after ?? null).then(
        ({ nodes, pageInfo }) =>
          setPage({
            ids: [...(before?.ids ?? []), ...nodes.map((each) => each.id)],
            after: pageInfo.endCursor,
            complete: !pageInfo.hasNextPage,
          }),
        (fault: Error) => setProblem(fault.message),
      );
    },
    [status],
  );
  useEffect(() => {
    setPage(null);
    load(null);
  }, [load]);
  const campaigns = useMemo(
    () => (page?.ids ?? []).flatMap((id) => held[id] ?? []).filter((each) => chosen === null || each.account.id === chosen),
    [page, held, chosen],
  );
  const moving = campaigns.filter(isMoving).slice(0, WATCHED).map((each) => each.id).join(" ");
  useEffect(() => {
    const stops = moving.split(" ").filter(Boolean).map(watchCampaign);
    return () => stops.forEach((stop) => stop());
  }, [moving]);
  return {
    campaigns,
    loading: page === null && problem === null,
    complete: page?.complete ?? false,
    problem,
    loadMore: () => page && load(page),
    reload: () => load(null),
  };
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
