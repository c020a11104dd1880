/** Estimates how fast a base decodes on this machine before it is installed. Measures nothing itself. */

/** The speed of a machine, measured once. */
export interface MachineSpeed {
  /** The speed of reading weights, by their bits, because int4 and int8 are computed differently. */
  readonly bytesPerSecond: { readonly int4: number; readonly int8: number };
  /** The time per layer besides its weights: attention, norms, call overhead. */
  readonly secondsPerLayer: number;
}

/** The cost of one token. */
export interface DecodeStep {
  readonly layers: number;
  /** The weights that a step reads, by their bits. An embedding that is not the output head does not count. */
  readonly bytes: { readonly int4: number; readonly int8: number };
}

/** Returns an upper limit of the speed: a step takes at least secondsPerLayer · layers + bytes / bytesPerSecond. */
export function tokensPerSecond(
  { layers, bytes }: DecodeStep,
  { secondsPerLayer, bytesPerSecond }: MachineSpeed,
): number {
  return 1 / (secondsPerLayer * layers + bytes.int4 / bytesPerSecond.int4 + bytes.int8 / bytesPerSecond.int8);
}

/**
 * The least estimated tokens per second for typing. A line of ten tokens in half a second takes 20 tokens per second;
 * slower suggestions come too late. The limit is twice that, because a 0.5B model decoded at half of its estimate (46
 * instead of 90).
 */
const leastTokensPerSecond = 40;

/**
 * Returns the largest of `offers` that leaves memory for other programs and is fast enough for typing; undefined if
 * there is none.
 */
export function recommended<
  Offer extends {
    readonly parameters: number;
    readonly fit: string;
    readonly obstacle?: string;
    readonly step?: DecodeStep;
  },
>(offers: readonly Offer[], machine: MachineSpeed): Offer | undefined {
  return offers
    .filter(({ fit, obstacle, step }) => {
      return fit === "easily" && !obstacle && step && tokensPerSecond(step, machine) >= leastTokensPerSecond;
    })
    .toSorted((a, b) => b.parameters - a.parameters)[0];
}
