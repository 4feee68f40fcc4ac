import { useCallback, useEffect, useState } from "react";

import { fetchImportErrors, fetchImports, isOver, watchImport, type FanImport, type RowError } from "../clients/fanImports";
import { useChosenAccount } from "./useAccounts";
import { usePages } from "./usePages";

/** An import as it goes on; never an older state in place of a newer one. */
export function useFanImport(given: FanImport | null): FanImport | null {
  const [state, setState] = useState(given);
  const id = given?.id;
  useEffect(() => setState(given), [given]);
  useEffect(() => {
    if (!given) return;
    return watchImport(given, (next) => setState((now) => (now && now.id === next.id && now.version > next.version ? now : next)));
  }, [given]); // confirmed or undone it goes on, under the same id
  return state && state.id === id ? state : given;
}

/** The imports so far of the account that is looked at, newest first. `changed`: asked again when it does. */
export function useFanImports(changed: unknown) {
  const chosen = useChosenAccount();
  const { items, ...list } = usePages((after) => fetchImports(chosen, after), JSON.stringify(chosen), { moved: changed });
  return { ...list, imports: items };
}

const SHOWN = 100;

/** What is wrong in which row; null while there is nothing to show. */
export function useImportErrors(one: FanImport | null) {
  const wanted = one && isOver(one) && one.errorCount > 0 ? one.id : null;
  const [failures, setFailures] = useState<{ of: string; errors: readonly RowError[] } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(() => {
    setProblem(null);
    if (!wanted) return;
    let asked = true;
    fetchImportErrors(wanted, SHOWN).then(
      (errors) => asked && setFailures({ of: wanted, errors }),
      (fault: Error) => asked && setProblem(fault.message),
    );
    return () => void (asked = false);
  }, [wanted]);
  useEffect(load, [load]);
  return { errors: failures && failures.of === wanted ? failures.errors : null, problem, retry: load };
}
