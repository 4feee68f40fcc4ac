import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { useParentSize } from "@visx/responsive";
import { scaleLinear, scalePoint } from "@visx/scale";
import { AreaClosed, LinePath } from "@visx/shape";
import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { Analytics } from "../../clients/analytics";
import { money, plural, shortMoney } from "../../format/money";
import type { Interval } from "../../generated/operations";
import { nameOfPeriod, shortPeriod } from "./periods";

type Point = Analytics["revenue"][number];

const HEIGHT = 300;
const MARGIN = { top: 12, right: 16, bottom: 30, left: 52 };
const LABEL_PX = 74;

interface Props {
  points: readonly Point[];
  interval: Interval;
}

/** Two lines over time. A period is chosen by pointer or by the arrow keys, and told in words. */
export default function RevenueChart({ points, interval }: Props) {
  const { parentRef, width } = useParentSize({ debounceTime: 40 });
  const [at, setAt] = useState<number | null>(null);
  const inner = { width: Math.max(0, width - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const highest = Math.max(1000, ...points.map((each) => Math.max(each.revenueCents, each.offeredCents)));
  const x = scalePoint({ domain: points.map((each) => each.periodStart), range: [0, inner.width], padding: points.length === 1 ? 0.5 : 0 });
  const y = scaleLinear({ domain: [0, highest], range: [inner.height, 0], nice: 4 });
  const left = (point: Point) => x(point.periodStart) ?? 0;
  const chosen = at === null ? undefined : points[Math.min(at, points.length - 1)];
  const onPointerMove = (event: PointerEvent<SVGRectElement>) => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(Math.max(0, Math.min(points.length - 1, Math.round((place / Math.max(1, inner.width)) * (points.length - 1)))));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((before) => Math.max(0, Math.min(points.length - 1, (before ?? (by > 0 ? -1 : points.length)) + by)));
  };
  return (
    <div className="chart" ref={parentRef} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label="What was offered and what was paid, over time. The arrow keys go through it." tabIndex={0} onKeyDown={onKeyDown} onBlur={() => setAt(null)}>
          <Group left={MARGIN.left} top={MARGIN.top}>
            <GridRows scale={y} width={inner.width} numTicks={4} className="chart-grid" stroke="currentColor" />
            <AreaClosed data={[...points]} x={left} y={(each) => y(each.revenueCents)} yScale={y} className="paid-area" />
            <LinePath data={[...points]} x={left} y={(each) => y(each.offeredCents)} className="offered-line" />
            <LinePath data={[...points]} x={left} y={(each) => y(each.revenueCents)} className="paid-line" />
            {points.length === 1 && points.map((each) => <circle key="only" cx={left(each)} cy={y(each.revenueCents)} r={4} className="paid-dot" />)}
            {chosen && (
              <g className="chart-chosen">
                <line x1={left(chosen)} x2={left(chosen)} y1={0} y2={inner.height} />
                <circle cx={left(chosen)} cy={y(chosen.offeredCents)} r={4} className="offered-dot" />
                <circle cx={left(chosen)} cy={y(chosen.revenueCents)} r={4.5} className="paid-dot" />
              </g>
            )}
            <AxisLeft scale={y} numTicks={4} hideAxisLine hideTicks tickFormat={(value) => shortMoney(Number(value))} tickClassName="chart-tick" tickLabelProps={{ className: "chart-label", textAnchor: "end", dx: -8, dy: 4 }} />
            <AxisBottom top={inner.height} scale={x} hideTicks axisLineClassName="chart-axis" tickValues={some(points, inner.width).map((each) => each.periodStart)} tickFormat={(value) => shortPeriod(value, interval)} tickLabelProps={{ className: "chart-label", textAnchor: "middle", dy: 6 }} />
            <rect className="chart-touch" width={inner.width} height={inner.height} onPointerMove={onPointerMove} onPointerDown={onPointerMove} onPointerLeave={() => setAt(null)} />
          </Group>
        </svg>
      )}
      {chosen && <Told point={chosen} interval={interval} left={MARGIN.left + left(chosen)} width={width} />}
    </div>
  );
}

interface ToldProps {
  point: Point;
  interval: Interval;
  left: number;
  width: number;
}

function Told({ point, interval, left, width }: ToldProps) {
  const toLeft = left > width / 2;
  return (
    <div className="chart-told" role="status" style={toLeft ? { right: width - left + 12 } : { left: left + 12 }}>
      <b>{nameOfPeriod(point.periodStart, interval)}</b>
      <span>paid {money(point.revenueCents)}</span>
      <span>offered {money(point.offeredCents)}</span>
      <span className="faint">
        {plural(point.purchases, "unlock")}
        {point.tipsCents > 0 && `, ${money(point.tipsCents)} tips`}
      </span>
    </div>
  );
}

/** As many points as have room for a label, evenly spread. */
function some(points: readonly Point[], width: number): readonly Point[] {
  const step = Math.max(1, Math.ceil(points.length / Math.max(1, Math.floor(width / LABEL_PX))));
  return points.filter((_, index) => index % step === 0);
}
