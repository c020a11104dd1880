/**
 * Looks further if the likeliest text cannot be shown because it goes round in circles, does not parse, or repeats the line above. The
 * next likeliest often can be. It is seldom likely enough to be shown unasked, so this is for users who ask.
 */

import type { DecodingTime } from "../../inference/decoding/decodeAll.ts";
import type { Decoding } from "../../inference/decoding/decodingRequest.ts";
import type { candidatesOf } from "./candidates.ts";

/** The result of one decoding, cut down to the part that is worth showing. */
export interface Written extends ReturnType<typeof candidatesOf> {
  readonly milliseconds: DecodingTime;
}

/** The number of beams then. With four, 7 of 46 such places in the tuning repositories were right, and 23 more had a text. */
const width = 4;

/** Returns a function that decodes as asked, and once more with beams if nothing can be shown of what greedy decoding wrote. */
export function shownOrNext(
  written: (decoding: Decoding) => Promise<Written>,
): (decoding: Decoding) => Promise<Written> {
  return async (decoding) => {
    const first = await written(decoding);
    const { text, from } = first.best;
    if (decoding.kind !== "greedy" || text !== "" || !from || from.text.trim() === "") return first;
    const next = await written({ kind: "beams", width, returned: width });
    const milliseconds = {
      prefill: first.milliseconds.prefill + next.milliseconds.prefill,
      decode: first.milliseconds.decode + next.milliseconds.decode,
    };
    const { best } = next.best.text === "" ? first : next;
    // One text was asked for; the other beams are not shown.
    return { best, candidates: [{ text: best.text, logProbability: best.logProbability }], milliseconds };
  };
}
