/** How virtual tokens that an encoder reads stand in a sequence. */

import type { Sequence } from "../../dataset/sequence.ts";

/** A sequence whose encoder reads virtual tokens first, as ids below 0; `packedEncoderDecoder` puts their embeddings there. */
export function withVirtualIds(sequence: Sequence, tokens: number): Sequence {
  const virtual = Array.from({ length: tokens }, (_, i) => i - tokens);
  return { ...sequence, encoderIds: [...virtual, ...(sequence.encoderIds ?? [])] };
}
