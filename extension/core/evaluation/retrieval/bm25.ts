/** Finds the nearest of many texts by the words that they share with a query. */

export interface TextIndex {
  /**
   * Returns the indices of the `count` nearest texts, nearest first, ties in their order. Fewer if there are fewer
   * texts.
   */
  readonly nearest: (query: string, count: number) => number[];
  /** Returns the score of every text, in their order; 0 without a shared word. */
  scores(query: string): Float64Array;
}

/** The usual values: k1 limits the effect of repeated words, b sets the effect of a text's length. */
const [k1, b] = [1.2, 0.75];

/**
 * Okapi BM25 (Robertson and Zaragoza 2009) as in Lucene: idf = ln(1 + (N − df + ½) / (df + ½)), which is never below
 * 0, and each occurrence of a word in the query counts. Words are runs of letters, digits and `_`, in lower case.
 */
export function bm25(texts: readonly string[]): TextIndex {
  const lengths = new Float64Array(texts.length);
  const postings = new Map<string, Map<number, number>>();
  for (const [i, text] of texts.entries()) {
    const words = wordsOf(text);
    lengths[i] = words.length;
    for (const word of words) {
      const places = postings.get(word) ?? new Map<number, number>();
      postings.set(word, places.set(i, (places.get(i) ?? 0) + 1));
    }
  }
  const averageLength = lengths.reduce((sum, length) => sum + length, 0) / texts.length;

  const scores = (query: string): Float64Array => {
    const result = new Float64Array(texts.length);
    for (const word of wordsOf(query)) {
      const places = postings.get(word) ?? new Map<number, number>();
      const idf = Math.log(1 + (texts.length - places.size + 0.5) / (places.size + 0.5));
      for (const [i, count] of places) {
        result[i]! += (idf * count) / (count + k1 * (1 - b + (b * lengths[i]!) / averageLength));
      }
    }
    return result;
  };
  return {
    scores,
    nearest: (query, count) => {
      const found = scores(query);
      const order = Array.from(found.keys()).sort((one, other) => found[other]! - found[one]! || one - other);
      return order.slice(0, count);
    },
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}
