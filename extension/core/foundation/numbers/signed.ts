/** Prints differences. Pages cannot import this module, so webview/shared/figures.ts does the same. */

/** Returns the difference with its sign: "+4", "−2"; "±0", because "0 lines" would read as a count. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return value < 0 ? `−${text}` : `+${text}`;
}
