/** Opens the candidate that a request names: a base with adapters, or n-grams of its tokens. */

import { resolveBase, type BasePlaces } from "../../baseModels/resolveBase.ts";
import type { Log } from "../../foundation/log.ts";
import type { Placement } from "../../runtime/device.ts";
import { baseCandidate } from "./baseCandidate.ts";
import type { Candidate } from "./candidate.ts";
import { ngramCandidate } from "./ngramCandidate.ts";

export interface CandidateOptions extends BasePlaces {
  readonly base: string;
  readonly adapters: readonly { readonly folder: string; readonly scale: number }[];
  /** The corpus of n-grams, which replace the base. */
  readonly ngram?: string | undefined;
  /** The most tokens of other files in front of a file; the base decides unless given. */
  readonly contextTokens?: number | undefined;
  readonly placement?: Placement | undefined;
}

/** @throws UserErrors of opening the base, and of reading the adapters or the corpus; "adapter-mismatch" */
export async function openCandidate(
  options: CandidateOptions,
  { log, signal }: { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<Candidate> {
  const { home, embedded, ngram, contextTokens, placement } = options;
  const base = await resolveBase(options.base, { home, embedded, log, signal });
  if (ngram !== undefined) return await ngramCandidate(ngram, base, signal);
  return await baseCandidate(base, options.adapters, { log, contextTokens, placement });
}
