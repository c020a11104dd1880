/**
 * The Unigram model (Kudo 2018, arXiv 1804.10959): of all ways to cut a word into pieces, the likeliest. It knows no
 * normalization. Where two ways are equally likely it decides as huggingface/tokenizers, which the library does not.
 */

/** As SentencePiece: a character that is no piece is so much less likely than the least likely piece. */
const unknownPenalty = 10;

/**
 * @param pieces each with its log-probability; a piece's place is its id
 * @param unknown the id of what is no piece
 * @returns from a word to ids; neighbours that are no pieces have one id together
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
    /** Of the likeliest cut of what lies before each place: its score, its last piece and where that starts. */
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
