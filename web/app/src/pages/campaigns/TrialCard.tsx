import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";

import type { BulkAnswer } from "../../clients/campaigns";
import { useNow } from "../../hooks/useNow";
import { SKIPPED } from "../../format/campaigns";
import { numeral, plural } from "../../format/money";
import { exactly, moment } from "../../format/time";
import type { SkipReason } from "../../generated/operations";
import { IconButton } from "../../ui/Button";

interface Props {
  trial: { answer: BulkAnswer | null; current: boolean; problem: string | null };
  content: string;
  when: string;
  /** What is missing before anything can be said. */
  lack: string | null;
  children: ReactNode;
}

/** What would become of it: who reads what, who is skipped and why, when the last one has it. Nothing is stored. */
export function TrialCard({ trial, content, when, lack, children }: Props) {
  const now = useNow();
  const { answer, current, problem } = trial;
  const known = answer !== null && lack === null && problem === null;
  return (
    <section className="card trial" aria-labelledby="trial" aria-busy={lack === null && !current && problem === null}>
      <h2 id="trial">What will happen</h2>
      <Previews previews={known ? answer.previews : []} content={content} />
      {lack !== null && <p className="faint">{lack}</p>}
      {problem && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {known && (
        <dl className={`facts ${current ? "" : "stale"}`}>
          <div>
            <dt>Goes to</dt>
            <dd>{plural(answer.totalRecipients, "fan")}</dd>
          </div>
          <div>
            <dt>Begins</dt>
            <dd>{when ? moment(new Date(when).toISOString(), now) : "at once"}</dd>
          </div>
          {answer.estimatedCompletionTime && (
            <div>
              <dt>Done about</dt>
              <dd className="numbers" title={exactly(answer.estimatedCompletionTime)}>
                {moment(answer.estimatedCompletionTime, now)}
              </dd>
            </div>
          )}
        </dl>
      )}
      {known && answer.skipped.length > 0 && <Skipped skipped={answer.skipped} />}
      {children}
    </section>
  );
}

function Previews({ previews, content }: { previews: BulkAnswer["previews"]; content: string }) {
  const [at, setAt] = useState(0);
  const shown = previews[Math.min(at, previews.length - 1)];
  return (
    <div className="preview">
      <div className="preview-head faint">
        {shown ? (
          <>
            <span className="one-line">as {shown.fan.name} reads it</span>
            {previews.length > 1 && (
              <span className="row-end">
                <IconButton label="The one before" small disabled={at <= 0} onClick={() => setAt(at - 1)}>
                  <ChevronLeft size={16} aria-hidden />
                </IconButton>
                <IconButton label="The next one" small disabled={at >= previews.length - 1} onClick={() => setAt(at + 1)}>
                  <ChevronRight size={16} aria-hidden />
                </IconButton>
              </span>
            )}
          </>
        ) : (
          "as it is written"
        )}
      </div>
      <div className="bubble theirs first last">
        <p className="bubble-text">{shown?.text ?? (content.trim() || "The text appears here.")}</p>
      </div>
    </div>
  );
}

function Skipped({ skipped }: { skipped: BulkAnswer["skipped"] }) {
  const reasons = [...new Set(skipped.map((each) => each.reason))];
  const names = (reason: SkipReason) => skipped.filter((each) => each.reason === reason).map((each) => each.fan?.name ?? "somebody");
  return (
    <div className="notice warn">
      <div>
        <b>{numeral(skipped.length)} skipped</b>
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>
              {names(reason).slice(0, 4).join(", ")}
              {names(reason).length > 4 ? ` and ${names(reason).length - 4} more` : ""}: {SKIPPED[reason]}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
