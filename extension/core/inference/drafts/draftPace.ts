/** Decides how many tokens to guess, from what guesses have cost and saved so far. */

/** A run of the model that read guesses, or none. */
export interface DraftRun {
  readonly evidence: number;
  /** The number of guessed tokens, and how many of them were right, counted from the first. */
  readonly drafted: number;
  readonly accepted: number;
  /** Whether decoding ended with the accepted tokens: the others were not tested. */
  readonly hasEnded?: boolean;
  /** Absent for runs that read a prompt. */
  readonly milliseconds?: number;
}

/** Decides how many tokens to guess. */
export interface DraftPace {
  /** Returns the number of tokens worth guessing on this evidence; may be 0. */
  length(evidence: number): number;
  /** Learns from a run. */
  learn(run: DraftRun): void;
}

/** The longest guess in tokens: twice as many cost more than they save on a CPU. */
export const longestDraft = 12;
/** The classes of evidence. */
export const evidenceClasses = 4;
/** The share of the newest run in a running mean. */
const newest = 0.05;
/** While guesses do not pay, one run in this many still makes a short guess, to learn whether they pay now. */
const trialEvery = 48;
const trialLength = 2;
/** A guess must promise to be faster by this factor. */
const leastGain = 1.05;

/**
 * Weighs the tokens that a guess saves against the time that it costs. Both are measured: how often guesses are right, by
 * evidence, and how much longer a run with more tokens takes. Starts with the cost of a token on a base of 0.5 billion parameters.
 */
export function draftPace(): DraftPace {
  const rightness = Array.from({ length: evidenceClasses }, (_, evidence) => 0.6 + 0.1 * evidence);
  /** Milliseconds of a run without guesses, and the part of it that one more token costs. */
  let plain: number | undefined;
  let perToken = 0.1;
  let sinceTrial = 0;

  const gain = (length: number, rate: number): number => {
    const tokens = rate === 1 ? length + 1 : (1 - rate ** (length + 1)) / (1 - rate);
    return tokens / (1 + perToken * length);
  };
  return {
    length: (evidence) => {
      const rate = rightness[evidence]!;
      let best = 0;
      for (let length = 1; length <= longestDraft; length++) if (gain(length, rate) > gain(best, rate)) best = length;
      if (gain(best, rate) >= leastGain) return best;
      sinceTrial++;
      if (sinceTrial < trialEvery) return 0;
      sinceTrial = 0;
      return trialLength;
    },
    learn: ({ evidence, drafted, accepted, hasEnded, milliseconds }) => {
      if (drafted === 0) {
        if (milliseconds === undefined) return;
        // A pause of the process says nothing about the model.
        const known = Math.min(milliseconds, 3 * (plain ?? milliseconds));
        plain = plain === undefined ? known : plain + newest * (known - plain);
        return;
      }
      const tested = hasEnded ? accepted : Math.min(drafted, accepted + 1);
      for (let i = 0; i < tested; i++) {
        rightness[evidence]! += newest * (Number(i < accepted) - rightness[evidence]!);
      }
      if (plain === undefined || milliseconds === undefined) return;
      const cost = Math.min(1, Math.max(0, (milliseconds / plain - 1) / drafted));
      perToken += newest * (cost - perToken);
    },
  };
}
