/** Decides how much of the prior a base gets. */

/** Up to this many parameters, a base gets the learned share; beyond the second number, none. */
const [small, large] = [50e6, 500e6];

/**
 * Returns the factor of the copies' share, from 0 to 1. The share was learned with the embedded base of 14 million parameters; a large
 * model copies from its prompt by itself. In between, the factor falls with the logarithm of the size; this is not measured.
 */
export function priorScale({ parameters }: { readonly parameters: number }): number {
  return Math.min(1, Math.max(0, Math.log(large / parameters) / Math.log(large / small)));
}
