/** A small curve without axes. It is decorative: the important numbers are beside it as text. */

const width = 200;
const height = 40;

export function Sparkline({ values }: { values: readonly number[] }) {
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points(values)} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

/** Returns SVG points, scaled so that the values fill the box. Skips values that are not finite. */
export function points(values: readonly number[]): string {
  const drawn = values.filter(Number.isFinite);
  if (drawn.length < 2) return "";
  const low = Math.min(...drawn);
  const range = Math.max(...drawn) - low || 1;
  const x = (i: number): number => (i / (drawn.length - 1)) * width;
  const y = (value: number): number => height - 2 - ((value - low) / range) * (height - 4);
  return drawn.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}
