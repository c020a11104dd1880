/** The places where matches may begin: words and line ends. Punctuation marks would double their number and lengthen few matches. */

const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /\w/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const lineEnd = 10;

export function findTokenStarts(text: Uint8Array): Uint32Array {
  const starts = new Uint32Array(countTokenStarts(text));
  let count = 0;
  for (let place = 0; place < text.length; place++) if (isTokenStart(text, place)) starts[count++] = place;
  return starts;
}

function countTokenStarts(text: Uint8Array): number {
  let count = 0;
  for (let place = 0; place < text.length; place++) if (isTokenStart(text, place)) count++;
  return count;
}

export function isTokenStart(text: Uint8Array, place: number): boolean {
  const byte = text[place]!;
  if (byte === lineEnd) return true;
  return isWordByte[byte] === 1 && (place === 0 || isWordByte[text[place - 1]!] === 0);
}
