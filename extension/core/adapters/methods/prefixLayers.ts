/** Assigns the layers of a prefix to the layers of a model. */

/**
 * Returns the layer of a prefix for the self-attention of a layer of the model: the same layer, unless the model has an encoder.
 *
 * With an encoder, PEFT deals the prefix's layers out in turn: to the first layer's self-attention, to its cross-attention, to
 * the second layer's self-attention, and so on, and starts again after the last. It then discards those for cross-attention
 * (PeftModel.get_prompt).
 */
export function dealtLayer(
  { layers, stacks }: { readonly layers: number; readonly stacks: number },
  layer: number,
): number {
  return (stacks * layer) % layers;
}
