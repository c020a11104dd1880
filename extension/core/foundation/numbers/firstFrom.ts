/** Searches ascending numbers. */

/** Returns the index of the first of the ascending numbers that is at least `least`; their count if none is. */
export function firstFrom(numbers: ArrayLike<number>, least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
