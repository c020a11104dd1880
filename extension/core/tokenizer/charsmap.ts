/** SentencePiece's precompiled normalization, which T5's tokenizer.json contains. */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const utf8 = new TextDecoder();

/**
 * Returns the normalization of a charsmap. Its format: 4 bytes with the length of a trie, the double-array trie (Yata et al.,
 * darts-clone), and the zero-terminated texts that its values point to. As in huggingface/tokenizers, a whole grapheme of up to
 * 5 bytes is looked up first, and the shortest matching rule wins.
 *
 * @param base64 the charsmap in tokenizer.json
 * @returns null if the format is different
 */
export function charsmapNormalizer(base64: string): ((text: string) => string) | null {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer);
  const trieBytes = view.getUint32(0, true);
  if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) return null;
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const texts = bytes.subarray(4 + trieBytes);
  const replacement = (text: string): string | undefined => {
    const position = shortestMatch(units, Buffer.from(text));
    return position === undefined ? undefined : utf8.decode(texts.subarray(position, texts.indexOf(0, position)));
  };
  const known = new Map<string, string>();
  const normalized = (grapheme: string): string => {
    const whole = Buffer.byteLength(grapheme) < 6 ? replacement(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => replacement(character) ?? character).join("");
  };
  return (text) => {
    let result = "";
    for (const { segment } of graphemes.segment(text)) {
      let value = known.get(segment);
      if (value === undefined) known.set(segment, (value = normalized(segment)));
      result += value;
    }
    return result;
  };
}

/** Returns the value of the trie's shortest key that is a prefix of `key`. */
function shortestMatch(units: Uint32Array, key: Uint8Array): number | undefined {
  const offset = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
  let position = offset(units[0] ?? 0);
  for (const byte of key) {
    position ^= byte;
    const unit = units[position] ?? 0;
    // A label is a unit's lowest byte. Units with the sign bit are values.
    if (byte === 0 || (unit & 0x800000ff) !== byte) return undefined;
    position ^= offset(unit);
    if (unit & 0x100) return (units[position] ?? 0) & 0x7fffffff;
  }
  return undefined;
}
