import { useEffect, useMemo } from "react";
import { navigate, useSearch } from "wouter/use-browser-location";
import { create } from "zustand";

import { allFans, goesOn, queryOf, wantedIn, type FansWanted } from "../store/fansWanted";

const LIST = "/fans";

/** The list as it was looked at last: the way back to it. */
const useLast = create<{ address: string }>(() => ({ address: LIST }));

export const useFansAddress = () => useLast((state) => state.address);

export const fansAddress = (wanted: Partial<FansWanted>) => LIST + queryOf({ ...allFans, ...wanted });

/** What the list of fans asks for: the address says it, so that reload, back and links lead to the same list. */
export function useFansWanted() {
  const query = useSearch();
  const wanted = useMemo(() => wantedIn(query), [query]);
  useEffect(() => useLast.setState({ address: LIST + query }), [query]);
  return { wanted, change };
}

function change(changed: Partial<FansWanted>): void {
  const before = wantedIn(location.search);
  const address = fansAddress({ ...before, ...changed });
  if (address !== fansAddress(before)) navigate(address, { replace: goesOn(before, changed) });
}
