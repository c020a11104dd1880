/** A curve of any length in a bounded number of points, for a sparkline. */

export interface LossHistory {
  add(loss: number): void;
  /** Oldest first; each point is the mean of equally many losses, except the last. */
  points(): number[];
}

export function lossHistory(limit = 120): LossHistory {
  let means: number[] = [];
  let perPoint = 1;
  let sum = 0;
  let count = 0;
  return {
    add(loss) {
      sum += loss;
      count++;
      if (count < perPoint) return;
      means.push(sum / count);
      sum = count = 0;
      if (means.length < limit) return;
      // Halves the number of points; each then covers twice as many steps.
      means = means.flatMap((value, i) => (i % 2 === 0 ? [(value + (means[i + 1] ?? value)) / 2] : []));
      perPoint *= 2;
    },
    points: () => (count > 0 ? [...means, sum / count] : [...means]),
  };
}
