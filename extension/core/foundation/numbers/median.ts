/** Returns the middle of values, of an even number the upper one; there must be one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
