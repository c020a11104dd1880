/** Represents virtual tokens that an encoder reads as ids in a sequence. */

import type { Sequence } from "../../dataset/sequence.ts";

/** Puts virtual tokens in front of the encoder's ids, as ids below 0. `packedEncoderDecoder` replaces them with embeddings. */
export function withVirtualIds(sequence: Sequence, tokens: number): Sequence {
  const virtual = Array.from({ length: tokens }, (_, i) => i - tokens);
  return { ...sequence, encoderIds: [...virtual, ...(sequence.encoderIds ?? [])] };
}
