/** Which of a prefix's layers a layer of the model gets. */

/**
 * The layer of a prefix that a layer of the model gets for its attention to itself: its own, unless the model has an encoder.
 *
 * Then PEFT deals them out one by one: to the first layer's attention to itself, to its attention to the encoder, to the second
 * layer's attention to itself, and so on, from the start again when they are dealt. Those for the encoder it throws away then
 * (PeftModel.get_prompt).
 */
export function dealtLayer(
  { layers, stacks }: { readonly layers: number; readonly stacks: number },
  layer: number,
): number {
  return (stacks * layer) % layers;
}
