/** How fast a base would decode on this machine, before it is there. An estimate: it measures nothing. */

/** What is measured once on a machine. */
export interface MachineSpeed {
  /** Of weights that a step goes through, by the bits that they are stored in: the two are computed in different ways. */
  readonly bytesPerSecond: { readonly int4: number; readonly int8: number };
  /** Of a layer beside its weights: attention, norms, the calls themselves. */
  readonly secondsPerLayer: number;
}

/** What one token takes. */
export interface DecodeStep {
  readonly layers: number;
  /** Of all weights that are read, by their bits: of an embedding table that is no output head, none. */
  readonly bytes: { readonly int4: number; readonly int8: number };
}

/** An upper limit: each step reads all weights once, secondsPerLayer · layers + bytes / bytesPerSecond. */
export function tokensPerSecond(
  { layers, bytes }: DecodeStep,
  { secondsPerLayer, bytesPerSecond }: MachineSpeed,
): number {
  return 1 / (secondsPerLayer * layers + bytes.int4 / bytesPerSecond.int4 + bytes.int8 / bytesPerSecond.int8);
}

/**
 * A line of ten tokens within half a second takes 20 tokens a second: slower than that, a suggestion comes when it is no longer
 * wanted. Twice that is asked for, since a 0.5B model decoded at half of what is estimated (46 instead of 90).
 */
const leastTokensPerSecond = 40;

/** The largest of `offers` that leaves room for other programs and is fast enough to type with; undefined where none is. */
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
