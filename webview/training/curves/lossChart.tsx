/** The losses on training and validation data over the steps, on axes. Its numbers are in the label and in a table. */

import { scaleLinear } from "d3-scale";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LossCurves, LossPoint } from "../../protocol/lossCurves.ts";
import { t } from "../../shared/l10n.ts";
import { curvesInWords, finite } from "./curvesInWords.ts";
import { lossDomain } from "./lossDomain.ts";
import { LossTable } from "./lossTable.tsx";

export interface LossChartProps {
  curves: LossCurves;
  /** The planned number of steps, where the axis ends. */
  steps: number;
}

const height = 150;
const [top, right, bottom, left] = [8, 10, 34, 40] as const;
/** Pixels that a tick of the axes needs. */
const [tickWidth, tickHeight] = [60, 28] as const;

export function LossChart({ curves, steps }: LossChartProps) {
  const [box, width] = useWidth();
  const [training, validation] = [finite(curves.training), finite(curves.validation)];
  if (training.length === 0) return null;
  const losses = [...training, ...validation].map(({ loss }) => loss);
  const yTicks = Math.floor((height - top - bottom) / tickHeight);
  const x = scaleLinear()
    .domain([0, steps])
    .range([left, width - right]);
  const y = scaleLinear()
    .domain(lossDomain(losses))
    .range([height - bottom, top])
    .nice(yTicks);
  const path = (points: readonly LossPoint[]): string =>
    points.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
  return (
    <figure class="loss-chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={curvesInWords({ training, validation })}>
        {y.ticks(yTicks).map((tick) => (
          <g key={tick}>
            <line class="grid" x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
            <text class="y" x={left - 6} y={y(tick) + 4}>
              {y.tickFormat(yTicks)(tick)}
            </text>
          </g>
        ))}
        <line class="axis" x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} />
        {wholeTicks(x, width).map((tick) => (
          <g key={tick}>
            <line class="axis" x1={x(tick)} x2={x(tick)} y1={height - bottom} y2={height - bottom + 4} />
            <text class="x" x={x(tick)} y={height - bottom + 16}>
              {tick.toLocaleString()}
            </text>
          </g>
        ))}
        <text class="x" x={(left + width - right) / 2} y={height - 4}>
          {t("Steps")}
        </text>
        <polyline class="training" points={path(training)} />
        <polyline class="validation" points={path(validation)} />
        {validation.map(({ step, loss }) => (
          <circle key={step} class="validation" cx={x(step)} cy={y(loss)} r={2.5} />
        ))}
      </svg>
      <figcaption>
        <Key kind="training" label={t("Training loss")} />
        {validation.length > 0 && <Key kind="validation" label={t("Validation loss")} />}
      </figcaption>
      <LossTable training={training} validation={validation} />
    </figure>
  );
}

/** A line as in the chart and its name. */
function Key({ kind, label }: { kind: "training" | "validation"; label: string }) {
  return (
    <span class="key">
      <svg width={22} height={8} aria-hidden="true">
        <polyline class={kind} points="0,4 22,4" />
        {kind === "validation" && <circle class={kind} cx={11} cy={4} r={2.5} />}
      </svg>
      {label}
    </span>
  );
}

function wholeTicks(x: ReturnType<typeof scaleLinear<number>>, width: number): number[] {
  return x.ticks(Math.max(2, Math.floor(width / tickWidth))).filter((tick) => Number.isInteger(tick));
}

/** The width of the element, which follows that of the view. */
function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(240);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(Math.max(120, box.current?.clientWidth ?? 0));
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
