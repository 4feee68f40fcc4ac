import { Suspense, useEffect, useState } from "react";

import { Boundary } from "../../Boundary";
import type { Analytics } from "../../clients/analytics";
import { exactMoney, money, numeral } from "../../format/money";
import type { Interval } from "../../generated/operations";
import { later } from "../../later";
import { Bones } from "../../ui/Empty";
import { Segments } from "../../ui/Fields";
import { nameOfPeriod } from "./periods";

const RevenueChart = later(() => import("./RevenueChart"));

/** The chart is large: it comes with the figures, not with the page. */
export function useChart(): void {
  useEffect(() => void RevenueChart.ahead().catch(() => undefined), []);
}

interface Props {
  points: Analytics["revenue"];
  totals: Analytics["totals"];
  interval: Interval;
}

/** What was offered, and what was paid; as lines, or in figures for those who want or need them. */
export function Revenue({ points, totals, interval }: Props) {
  const [view, setView] = useState<"chart" | "table">("chart");
  return (
    <section className="card" aria-labelledby="revenue">
      <header className="page-head">
        <h2 id="revenue">Offered and paid</h2>
        <ul className="lines">
          <li>
            <i className="paid" aria-hidden="true" /> paid {money(totals.revenueCents)}
          </li>
          <li>
            <i className="offered" aria-hidden="true" /> offered {money(totals.offeredCents)}
          </li>
        </ul>
        <div className="end">
          <Segments
            label="Show as"
            value={view}
            choices={[
              ["chart", "Lines"],
              ["table", "Table"],
            ]}
            onChange={setView}
          />
        </div>
      </header>
      {view === "chart" ? <Chart points={points} interval={interval} /> : <Table points={points} interval={interval} />}
    </section>
  );
}

const Chart = (props: Pick<Props, "points" | "interval">) => (
  <Boundary here="">
    <Suspense fallback={<Bones label="The lines are being drawn" heights={[300]} />}>
      <RevenueChart {...props} />
    </Suspense>
  </Boundary>
);

function Table({ points, interval }: Pick<Props, "points" | "interval">) {
  return (
    <div className="table-frame revenue-table" tabIndex={0} role="region" aria-label="Offered and paid">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" className="number">Paid</th>
            <th scope="col" className="number">Offered</th>
            <th scope="col" className="number">Unlocked</th>
            <th scope="col" className="number">Tips</th>
            <th scope="col" className="number">Messages</th>
          </tr>
        </thead>
        <tbody>
          {points.map((each) => (
            <tr key={each.periodStart}>
              <td>{nameOfPeriod(each.periodStart, interval)}</td>
              <td className="number">{exactMoney(each.revenueCents)}</td>
              <td className="number">{exactMoney(each.offeredCents)}</td>
              <td className="number">{numeral(each.purchases)}</td>
              <td className="number">{exactMoney(each.tipsCents)}</td>
              <td className="number">{numeral(each.messages)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
