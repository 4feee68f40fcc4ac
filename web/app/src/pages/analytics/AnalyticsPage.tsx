import { Download } from "lucide-react";
import { useState } from "react";

import { AccountSwitch } from "../../AccountSwitch";
import { useAnalytics } from "../../hooks/useAnalytics";
import { useTags } from "../../hooks/useTags";
import { PLATFORMS } from "../../format/words";
import type { Interval, Platform } from "../../generated/operations";
import { Button } from "../../ui/Button";
import { Bones, Trouble } from "../../ui/Empty";
import { Segments, TagsField } from "../../ui/Fields";
import { Popover } from "../../ui/Popover";
import { csvOf, saveText } from "./csv";
import { Kpis } from "./Kpis";
import { Revenue, useChart } from "./Revenue";
import { TopFans } from "./TopFans";
import type { Range, View } from "./view";
import "../../styles/analytics.css";

let last: View = { range: "30", from: "", to: "", interval: "DAY", platform: null, tags: [] };

const RANGES: readonly (readonly [Range, string])[] = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "Year"],
  ["own", "Own"],
];
const INTERVALS: readonly (readonly [Interval, string])[] = [
  ["DAY", "Days"],
  ["WEEK", "Weeks"],
  ["MONTH", "Months"],
];

/** What fans pay, for what, and who they are. */
export default function AnalyticsPage() {
  const [view, setView] = useState<View>(last);
  const change = (changed: Partial<View>) => setView((before) => (last = { ...before, ...changed }));
  const { answer, current, lack, problem, retry } = useAnalytics(view);
  useChart();
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1>Analytics</h1>
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
            <Button disabled={!answer || !current} onClick={() => answer && saveText(`huntaze-${answer.days.from ?? "start"}-${answer.days.to ?? "today"}.csv`, csvOf(answer.analytics.revenue))}>
              <Download size={16} aria-hidden />
              CSV
            </Button>
          </div>
        </header>
        <Controls view={view} onChange={change} />
        {problem && <Trouble words={problem} onRetry={retry} />}
        {lack && (
          <p className="form-problem" role="alert">
            {lack}
          </p>
        )}
        {!answer && !problem && !lack && <Bones label="The figures are being added up" heights={[110, 340, 280]} />}
        {answer && (
          <div className={`analytics ${current ? "" : "stale"}`} aria-busy={!current && !lack && !problem}>
            <Kpis analytics={answer.analytics} />
            <Revenue points={answer.analytics.revenue} totals={answer.analytics.totals} interval={answer.interval} />
            <TopFans fans={answer.analytics.topFans} />
          </div>
        )}
      </div>
    </div>
  );
}

function Controls({ view, onChange }: { view: View; onChange(changed: Partial<View>): void }) {
  const known = useTags();
  return (
    <div className="toolbar">
      <Segments label="Range" value={view.range} choices={RANGES} onChange={(range) => onChange({ range })} />
      {view.range === "own" && (
        <>
          <input type="date" className="input" aria-label="From" value={view.from} max={view.to || undefined} onChange={(event) => onChange({ from: event.target.value })} />
          <input type="date" className="input" aria-label="To" value={view.to} min={view.from || undefined} onChange={(event) => onChange({ to: event.target.value })} />
        </>
      )}
      <Segments label="Interval" value={view.interval} choices={INTERVALS} onChange={(interval) => onChange({ interval })} />
      <select className="input" aria-label="Platform" value={view.platform ?? ""} onChange={(event) => onChange({ platform: (event.target.value || null) as Platform | null })}>
        <option value="">All platforms</option>
        {Object.entries(PLATFORMS).map(([platform, name]) => (
          <option key={platform} value={platform}>
            {name}
          </option>
        ))}
      </select>
      <Popover
        trigger={
          <button type="button" className="button">
            {view.tags.length > 0 ? `Tags: ${view.tags.join(", ")}` : "All tags"}
          </button>
        }
      >
        <div className="tags-form">
          <TagsField label="Fans who carry all of these tags" value={view.tags} known={known} onChange={(tags) => onChange({ tags })} />
        </div>
      </Popover>
    </div>
  );
}
