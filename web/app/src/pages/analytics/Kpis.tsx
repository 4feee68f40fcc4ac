import { TrendingDown, TrendingUp } from "lucide-react";

import type { Analytics } from "../../clients/analytics";
import { money, numeral, plural } from "../../format/money";

/** The figures to look at first. */
export function Kpis({ analytics }: { analytics: Analytics }) {
  const { totalFans, activeFans, lifetimeValueCents, totals, previousTotals } = analytics;
  const active = totalFans === 0 ? 0 : Math.round((100 * activeFans) / totalFans);
  const bought = totals.offeredCents === 0 ? null : Math.round((100 * totals.revenueCents - 100 * totals.tipsCents) / totals.offeredCents);
  return (
    <dl className="figures">
      <div className="figure-card">
        <dt>Paid in this range</dt>
        <dd className="figure money-figure">{money(totals.revenueCents)}</dd>
        <dd className="faint">
          <Change now={totals.revenueCents} before={previousTotals.revenueCents} />
        </dd>
      </div>
      <div className="figure-card">
        <dt>Unlocked</dt>
        <dd className="figure">{numeral(totals.purchases)}</dd>
        <dd className="faint">
          {bought === null ? "nothing was offered" : `${bought} % of what was offered`}
          {totals.tipsCents > 0 && `, and ${money(totals.tipsCents)} in tips`}
        </dd>
      </div>
      <div className="figure-card">
        <dt>Fans</dt>
        <dd className="figure">{numeral(totalFans)}</dd>
        <dd className="faint">
          {numeral(activeFans)} active ({active} %), seen in 30 days
        </dd>
      </div>
      <div className="figure-card">
        <dt>Paid in all</dt>
        <dd className="figure">{money(lifetimeValueCents)}</dd>
        <dd className="faint">by {plural(totalFans, "fan")} since the beginning</dd>
      </div>
    </dl>
  );
}

/** Against the same number of days before. */
function Change({ now, before }: { now: number; before: number }) {
  if (before === 0) return now === 0 ? "as in the days before" : "nothing in the days before";
  const share = Math.round((100 * (now - before)) / before);
  if (share === 0) return "as in the days before";
  const Icon = share > 0 ? TrendingUp : TrendingDown;
  return (
    <span className={share > 0 ? "up" : "down"}>
      <Icon size={14} aria-hidden /> {share > 0 ? "+" : "−"}
      {Math.abs(share)} % against {money(before)} before
    </span>
  );
}
