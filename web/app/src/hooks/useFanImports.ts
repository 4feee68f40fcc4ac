import { useCallback, useEffect, useState } from "react";

import { fetchImportErrors, fetchImports, isOver, watchImport, type FanImport } from "../clients/fanImports";

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

/** The imports so far, newest first. `changed`: asked again when it does. */
export function useFanImports(changed: unknown) {
  const [imports, setImports] = useState<readonly FanImport[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const reload = useCallback(() => {
    setProblem(null);
    fetchImports(null).then(({ nodes }) => setImports(nodes), (fault: Error) => setProblem(fault.message));
  }, []);
  useEffect(reload, [reload, changed]);
  return { imports, problem, reload };
}

type Failures = NonNullable<Awaited<ReturnType<typeof fetchImportErrors>>>;
const SHOWN = 100;

/** What is wrong in which row, and where the failed rows can be downloaded. */
export function useImportErrors(one: FanImport | null): Failures | null {
  const [failures, setFailures] = useState<Failures | null>(null);
  const wanted = one && isOver(one) && one.errorCount > 0 ? one.id : null;
  useEffect(() => {
    setFailures(null);
    if (wanted) fetchImportErrors(wanted, SHOWN).then(setFailures, () => undefined);
  }, [wanted]);
  return failures;
}
