/** A model as ONNX for training: the loss of a packed micro-batch and its gradient by every adapter parameter. */

import { trainingSlots, type AdapterSpec } from "../adapters/trainingSlots.ts";
import { internalError } from "../base/errors.ts";
import { checkpoint } from "../graph/checkpoint.ts";
import { attention, masked } from "../graph/composites/attention.ts";
import { crossEntropy } from "../graph/composites/crossEntropy.ts";
import { gradients } from "../graph/gradients.ts";
import { lower } from "../graph/lower.ts";
import { and, equal, where } from "../graph/primitives/elementwise.ts";
import { gather } from "../graph/primitives/indexing.ts";
import { reshape } from "../graph/primitives/shaping.ts";
import { constant, input, scalar, type Tensor } from "../graph/tensor.ts";
import { forward, type ModuleShape } from "../models/architectures.ts";
import type { ModelConfig } from "../models/config.ts";
import { rotaryTables } from "../models/rotary.ts";
import type { WeightSource } from "../models/site.ts";
import { encode, type OnnxModel } from "../onnx/encode.ts";

/** The fixed shape of a micro-batch, and how its memory is kept down. */
export interface BatchShape {
  /** Rows of packed sequences. */
  readonly rows: number;
  /** Tokens a row. */
  readonly length: number;
  /** Keep only each layer's input and compute the layer again for its gradient. */
  readonly checkpointing: boolean;
}

export interface TrainingGraph {
  readonly model: OnnxModel;
  /** PEFT's keys, in the order of the model, with PEFT's shapes. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** [rows, length, width] of the noise to feed; null where nothing is dropped. */
  readonly noiseShape: readonly [number, number, number] | null;
}

/**
 * Inputs: ids, positions int64 and segments int32 [rows, length]; label_rows int64 [labels], labels int64 and weights
 * float32 [labels, 1]; noise, if it has a shape; the parameters by name. Outputs: loss [1, 1] and, unless `purpose` is
 * "loss", gradient:NAME of each parameter.
 */
export function trainingGraph(
  { config, weights, weightFile, modules }: TrainedModel,
  spec: AdapterSpec,
  shape: BatchShape,
  purpose: "gradients" | "loss",
): TrainingGraph {
  const { rows, length } = shape;
  const width = Math.max(...[...spec.targets].map((path) => modules.get(path)!.inFeatures));
  const drops = purpose === "gradients" && spec.method === "lora" && spec.dropout > 0;
  const noiseShape = drops ? ([rows, length, width] as const) : null;
  const { slots, parameters } = trainingSlots(spec, noiseShape && input("noise", "float32", noiseShape));
  const positions = input("positions", "int64", [rows, length]);
  const mask = withinSegments(input("segments", "int32", [rows, length]), rows, length);
  const rotary = rotaryTables(config);
  const { hidden, logits } = forward(config, weights, slots, {
    ids: input("ids", "int64", [rows, length]),
    attend: (_layer, qkv) => attention(qkv, config.attention, { positions, mask, rotary }),
    segment: (x, layer) => checkpoint(x, layer, { recompute: shape.checkpointing }),
  });
  const labelled = gather(
    reshape(hidden, [rows * length, config.hiddenSize]),
    input("label_rows", "int64", ["labels"]),
  );
  const labels = input("labels", "int64", ["labels", 1]);
  const loss = crossEntropy(logits(labelled), labels, input("weights", "float32", ["labels", 1]));
  const outputs: Record<string, Tensor> = { loss };
  if (purpose === "gradients") {
    const found = gradients([[loss, constant(Float32Array.of(1), [1, 1])]], [...parameters.values()]);
    for (const [i, name] of [...parameters.keys()].entries()) {
      const gradient = found[i];
      if (!gradient) throw internalError(`the loss does not depend on ${name}`);
      outputs[`gradient:${name}`] = gradient;
    }
  }
  const lowered = lower(Object.values(outputs), "training");
  const model = encode(Object.fromEntries(Object.keys(outputs).map((name, i) => [name, lowered[i]!])), weightFile);
  const listed = [...parameters].map(([name, tensor]) => ({ name, shape: tensor.shape.map(Number) }));
  return { model, parameters: listed, noiseShape };
}

/** A base, as far as a training graph needs it. */
export interface TrainedModel {
  readonly config: ModelConfig;
  readonly weights: WeightSource;
  readonly weightFile: string;
  readonly modules: ReadonlyMap<string, ModuleShape>;
}

/** segments int32 [B, T] → [B, 1, 1, T, T]: a token sees those before it, and itself, in its own segment. */
function withinSegments(segments: Tensor, rows: number, length: number): Tensor {
  const queries = reshape(segments, [rows, 1, 1, length, 1]);
  const keys = reshape(segments, [rows, 1, 1, 1, length]);
  const causal = Uint8Array.from({ length: length * length }, (_, i) => Number(i % length <= Math.floor(i / length)));
  const visible = and(equal(queries, keys), constant(causal, [length, length], "bool"));
  return where(visible, scalar(0), scalar(masked));
}
