/** The alphabet of byte-level tokenizers: a visible character for each byte (GPT-2's `bytes_to_unicode`). */

const visible = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];

/** A visible character represents its own byte. The other bytes get the characters from U+0100 on, in order. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map([
  ...visible.map((byte) => [String.fromCharCode(byte), byte] as const),
  ...range(0, 0xff)
    .filter((byte) => !visible.includes(byte))
    .map((byte, i) => [String.fromCharCode(0x100 + i), byte] as const),
]);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
