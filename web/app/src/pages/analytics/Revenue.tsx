import { useState } from "react";

import type { Analytics } from "../../clients/analytics";
import { exactMoney, money, numeral } from "../../format/money";
import type { Interval } from "../../generated/operations";
import { Segments } from "../../ui/Fields";
import { RevenueChart } from "./RevenueChart";
import { nameOfPeriod } from "./periods";

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
        <ul className="legend">
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
      {view === "chart" ? <RevenueChart points={points} interval={interval} /> : <Table points={points} interval={interval} />}
    </section>
  );
}

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
