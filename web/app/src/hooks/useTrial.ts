import { useEffect, useState } from "react";

import { tryBulkMessage, type BulkAnswer } from "../clients/campaigns";
import { sentence } from "../clients/http";
import type { SendBulkMessageInput } from "../generated/operations";

const PAUSE_MS = 700;

/** What would become of a campaign, asked whenever its form rests; null while there is nothing to ask. */
export function useTrial(input: SendBulkMessageInput | null) {
  const key = JSON.stringify(input);
  const [answer, setAnswer] = useState<{ key: string; value: BulkAnswer } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setProblem(null);
    if (!input) return;
    let asked = true;
    const timer = setTimeout(() => {
      tryBulkMessage(input).then(
        (value) => {
          if (!asked) return;
          setAnswer({ key, value });
          setProblem(value.errors.length > 0 ? value.errors.map(sentence).join(" ") : null);
        },
        (fault: Error) => asked && setProblem(fault.message),
      );
    }, PAUSE_MS);
    return () => {
      asked = false;
      clearTimeout(timer);
    };
  }, [key]);
  return { answer: answer?.value ?? null, current: answer?.key === key && input !== null, problem };
}
