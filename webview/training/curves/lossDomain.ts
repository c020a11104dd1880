/** The range of losses that a chart's axis spans. */

/** With one loss alone, or equal ones, the axis still needs some length: half a nat on each side. */
export function lossDomain(losses: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return low < high ? [low, high] : [Math.max(0, low - 0.5), high + 0.5];
}
