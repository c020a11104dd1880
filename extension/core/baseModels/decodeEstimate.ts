/** How fast a base would decode on this machine, before it is there. An estimate: it measures nothing. */

/** What is measured once on a machine. */
export interface MachineSpeed {
  /** Of weights that a step goes through. */
  readonly bytesPerSecond: number;
  /** Of a layer beside its weights: attention, norms, the calls themselves. */
  readonly secondsPerLayer: number;
}

/** What one token takes. */
export interface DecodeStep {
  readonly layers: number;
  /** Of all weights that are read: of an embedding table that is no output head, none. */
  readonly bytes: number;
}

/** Each step reads all weights once, and that is what takes the time: secondsPerLayer · layers + bytes / bytesPerSecond. */
export function tokensPerSecond({ layers, bytes }: DecodeStep, machine: MachineSpeed): number {
  return 1 / (machine.secondsPerLayer * layers + bytes / machine.bytesPerSecond);
}

/** A line of ten tokens within half a second: slower than that, a suggestion comes when it is no longer wanted. */
const leastTokensPerSecond = 20;

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
