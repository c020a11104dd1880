/** Clips the gradient by its norm over all parameters. */

/** Returns the root of the sum of all squares. NaN or infinite if any value is. */
function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  return Math.sqrt(sum);
}

/**
 * Scales the gradients in place so that their global norm is at most `limit`, as torch.nn.utils.clip_grad_norm_ does.
 *
 * @returns the norm before clipping
 */
export function clipGlobalNorm(gradients: readonly Float32Array[], limit: number): number {
  const norm = globalNorm(gradients);
  const factor = limit / (norm + 1e-6);
  if (factor < 1) for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
  return norm;
}
