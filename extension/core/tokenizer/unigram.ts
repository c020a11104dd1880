/**
 * The Unigram model (Kudo 2018, arXiv 1804.10959): finds the most likely segmentation of a word into pieces. Of equally likely
 * segmentations it chooses the same one as huggingface/tokenizers, unlike the library. Normalization is elsewhere.
 */

/** Log-probability of an unknown character, below that of the least likely piece. The value is SentencePiece's. */
const unknownPenalty = 10;

/**
 * @param pieces pieces with their log-probabilities; a piece's index is its id
 * @param unknown the id of unknown characters
 * @returns a function from a word to ids; adjacent unknown characters share one id
 */
export function unigramEncoder(
  pieces: readonly (readonly [string, number])[],
  unknown: number,
): (word: string) => number[] {
  const ids = new Map(pieces.map(([piece], id) => [piece, id]));
  const longest = pieces.reduce((most, [piece]) => Math.max(most, piece.length), 0);
  const unknownScore = pieces.reduce((least, [, score]) => Math.min(least, score), Infinity) - unknownPenalty;
  return (word) => {
    const characters = Array.from(word);
    /** The score of the best segmentation up to each index; below, the start and the id of its last piece. */
    const best = new Float64Array(characters.length + 1).fill(-Infinity);
    const lastStart = new Int32Array(best.length);
    const lastId = new Int32Array(best.length);
    best[0] = 0;
    const offer = (start: number, end: number, id: number, score: number): void => {
      if (best[start]! + score <= best[end]!) return;
      best[end] = best[start]! + score;
      lastStart[end] = start;
      lastId[end] = id;
    };
    for (let start = 0; start < characters.length; start++) {
      let piece = "";
      for (let end = start + 1; end <= characters.length && piece.length < longest; end++) {
        piece += characters[end - 1]!;
        const id = ids.get(piece);
        if (id !== undefined) offer(start, end, id, pieces[id]![1]);
      }
      if (!ids.has(characters[start]!)) offer(start, start + 1, unknown, unknownScore);
    }
    const result: number[] = [];
    for (let end = characters.length; end > 0; end = lastStart[end]!) {
      if (lastId[end] !== unknown || result.at(-1) !== unknown) result.push(lastId[end]!);
    }
    return result.reverse();
  };
}
