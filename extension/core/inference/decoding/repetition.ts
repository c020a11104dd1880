/** Detects the loops that small models fall into, by tokens. */

/** Whether the generated tokens end in a loop. The limits are Copilot's. */
export function isRepetitive(tokens: readonly number[]): boolean {
  const loops: readonly (readonly [last: number, longestPeriod: number])[] = [
    [10, 1],
    [30, 10],
    [45, 20],
    [60, 30],
  ];
  return loops.some(([last, longestPeriod]) => {
    if (tokens.length < last) return false;
    const end = tokens.slice(-last);
    for (let period = 1; period <= longestPeriod; period++) {
      if (end.every((token, i) => i < period || token === end[i - period])) return true;
    }
    return false;
  });
}
