/** Builds an ONNX model for training: the loss of a packed micro-batch and its gradient by each parameter. */

import { internalError } from "../../foundation/errors.ts";
import { crossEntropy, wordsAtOnce } from "../../graph/composites/crossEntropy.ts";
import { gradients } from "../../graph/gradients.ts";
import { lower } from "../../graph/lower.ts";
import { withPlainProducts } from "../../graph/plainProducts.ts";
import { gather } from "../../graph/primitives/indexing.ts";
import { reshape, slice } from "../../graph/primitives/shaping.ts";
import { size } from "../../graph/shape.ts";
import { constant, input, type Tensor } from "../../graph/tensor.ts";
import type { ForwardResult } from "../../architectures/architecture.ts";
import { forward, forwardEncoderDecoder, type ModuleShape } from "../../architectures/architectures.ts";
import { isEncoderDecoder, type ModelConfig } from "../../architectures/config.ts";
import type { AdapterSlots, WeightSource } from "../../architectures/parameterScope.ts";
import { lacksFusedMatMul, type Device } from "../../runtime/device.ts";
import { encode, type OnnxModel } from "../../onnx/encode.ts";
import type { BatchShape } from "../data/batchShape.ts";
import type { Attachment } from "../../adapters/methods/attachment.ts";
import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { packedDecoder, packedEncoderDecoder } from "./packedContext.ts";

export interface TrainingGraph {
  readonly model: OnnxModel;
  /** The model's outputs as lowered tensors, in order. */
  readonly outputs: readonly Tensor[];
  /** The trained tensors in the order of the model, with PEFT's keys or, in full fine-tuning, the base's keys, and their shapes. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** [rows, tokens, width] of the noise to feed; null without dropout. */
  readonly noiseShape: readonly [number, number, number] | null;
}

/**
 * Builds the graph. Inputs: those of the packed context; label_rows int64 [labels]; labels int64 and weights float32
 * [labels, 1]; noise, if it has a shape; the parameters by name. Outputs: loss [1, 1] and, unless `purpose` is "loss",
 * gradient:NAME of each parameter.
 */
export function trainingGraph(
  { config, weights, weightFile, modules }: TrainedModel,
  spec: MethodSpec,
  shape: BatchShape,
  purpose: "gradients" | "loss",
  device: Device = "cpu",
): TrainingGraph {
  const parameters = new Map<string, Tensor>();
  const parameterOf = (name: string, dims: readonly number[]): Tensor => {
    const parameter = parameters.get(name) ?? input(name, "float32", dims);
    parameters.set(name, parameter);
    return parameter;
  };
  const noiseShape = purpose === "gradients" ? noiseShapeOf(spec, modules, shape) : null;
  const attachment = methodOf(spec.method).attach(spec, parameterOf, noiseShape && input("noise", "int32", noiseShape));
  const { hidden, head } = packedForward(config, weights, attachment, shape);
  // The virtual tokens of a prompt predict nothing.
  const [read, length] = [size(hidden, 1), shape.length];
  const ofText = read > length ? slice(hidden, read - length, read, 1) : hidden;
  const labelled = gather(
    reshape(ofText, [shape.rows * length, config.hiddenSize]),
    input("label_rows", "int64", ["labels"]),
  );
  const labels = input("labels", "int64", ["labels", 1]);
  const states = { hidden: labelled, labels, weights: input("weights", "float32", ["labels", 1]) };
  const loss = crossEntropy(states, head, wordsAtOnce(config.hiddenSize, shape.rows * length));
  const outputs: Record<string, Tensor> = { loss };
  if (purpose === "gradients") {
    const found = gradients([[loss, constant(Float32Array.of(1), [1, 1])]], [...parameters.values()]);
    for (const [i, name] of [...parameters.keys()].entries()) {
      const gradient = found[i];
      if (!gradient) throw internalError(`the loss does not depend on ${name}`);
      outputs[`gradient:${name}`] = gradient;
    }
  }
  const fused = lower(Object.values(outputs), "training");
  const lowered = lacksFusedMatMul.has(device) ? withPlainProducts(fused) : fused;
  const model = encode(Object.fromEntries(Object.keys(outputs).map((name, i) => [name, lowered[i]!])), weightFile);
  const listed = [...parameters].map(([name, tensor]) => ({ name, shape: tensor.shape.map(Number) }));
  return { model, outputs: lowered, parameters: listed, noiseShape };
}

/** The parts of a base that a training graph uses. */
export interface TrainedModel {
  readonly config: ModelConfig;
  readonly weights: WeightSource;
  readonly weightFile: string;
  readonly modules: ReadonlyMap<string, ModuleShape>;
}

function noiseShapeOf(
  spec: MethodSpec,
  modules: TrainedModel["modules"],
  { rows, length, encoderLength = 0 }: BatchShape,
): TrainingGraph["noiseShape"] {
  const width = methodOf(spec.method).noiseWidth?.(spec, modules) ?? null;
  return width === null ? null : [rows, Math.max(length, encoderLength), width];
}

/** Slots without adapters. */
const noSlots: AdapterSlots = { around: (_modules, x, product) => product(x) };

function packedForward(
  config: ModelConfig,
  base: WeightSource,
  attachment: Attachment,
  { encoderLength, ...shape }: BatchShape,
): ForwardResult {
  const { weights = base, slots = noSlots } = attachment;
  if (!isEncoderDecoder(config)) return forward(config, weights, slots, packedDecoder(config, shape, attachment));
  if (encoderLength === undefined) throw internalError("a batch without tokens for the encoder");
  const context = packedEncoderDecoder(config, { ...shape, encoderLength }, attachment);
  return forwardEncoderDecoder(config, weights, slots, context);
}
