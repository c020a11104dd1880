/** Measures the width of texts that are aligned in columns. */

const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/g;

/** Returns the columns that a text takes in a monospaced font. Chinese, Japanese and Korean characters take two. */
export function columnsOf(text: string): number {
  return text.length + (text.match(wide)?.length ?? 0);
}
