/** Runs one micro-batch through the training graph and returns its loss and gradients. */

import { basename, dirname } from "node:path";
import { internalError } from "../../foundation/errors.ts";
import type { Random } from "../../foundation/random.ts";
import { english, say, type Said } from "../../foundation/words/said.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { MicroBatch } from "../../dataset/batches.ts";
import { elementCount } from "../../graph/shape.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import type { Device } from "../../runtime/device.ts";
import {
  floats,
  floatsOf,
  int32s,
  int64s,
  openSession,
  type RuntimeTensor,
  type Session,
} from "../../runtime/session.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { trainingGraph, type TrainedModel, type TrainingGraph } from "./trainingGraph.ts";

export interface TrainingStep {
  /** The trained tensors, with PEFT's keys in adapter_model.safetensors or, in full fine-tuning, the base's keys. */
  readonly parameters: readonly NamedTensor[];
  /**
   * Computes the loss Σ weight · -log p(label) of the batch and its gradient by every parameter, in their order.
   *
   * @param noise random numbers for dropout
   */
  run(batch: MicroBatch, noise: Random): Promise<{ loss: number; gradients: readonly Float32Array[] }>;
  /** Computes only the loss, without dropout, with a graph that keeps no activations for a gradient. */
  evaluate(batch: MicroBatch): Promise<number>;
  release(): Promise<void>;
}

/** First values by the parameters' names, such as a map of them. */
export interface InitialValues {
  /** @param size the number of values that the parameter has */
  get(name: string, size: number): Float32Array | undefined;
}

export interface TrainingStepOptions {
  /** The parameters' first values by name. The step works on copies. */
  readonly initial: InitialValues;
  /** The CPU unless given. */
  readonly device?: Device | undefined;
  /** Returns the error for values that are missing or too many. */
  readonly unfit?: ((reason: Said) => Error) | undefined;
}

/**
 * Builds the graphs that train `spec` on `base` and loads them.
 *
 * @throws DeviceFailure if a device other than the CPU fails, here or in a later step
 */
export async function openTrainingStep(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  { initial, device = "cpu", unfit = (reason) => internalError(english(reason)) }: TrainingStepOptions,
): Promise<TrainingStep> {
  const model: TrainedModel = {
    config: base.config,
    weights: storedWeights(base.tensors),
    weightFile: basename(base.weightsPath),
    modules: moduleShapes(base.config),
  };
  const open = async ({ model: onnx }: TrainingGraph): Promise<Session> =>
    await openSession(onnx, { purpose: "training", weightFolder: dirname(base.weightsPath), device });
  const graph = trainingGraph(model, spec, shape, "gradients", device);
  const parameters = graph.parameters.map((parameter): NamedTensor => {
    const size = elementCount(parameter.shape);
    const values = initial.get(parameter.name, size);
    if (values?.length !== size)
      throw unfit(say`${parameter.name} needs ${size} first values, not ${values?.length ?? 0}`);
    return { ...parameter, values: Float32Array.from(values) };
  });
  // The tensors share memory with the live values, so an update needs no copy.
  const fed = Object.fromEntries(parameters.map(({ name, shape: dims, values }) => [name, floats(values, dims)]));
  const session = await open(graph);
  let evaluation: Promise<Session> | undefined;

  const feedsOf = (batch: MicroBatch): Record<string, RuntimeTensor> => {
    const grid = [shape.rows, shape.length];
    const labels = batch.labels.length;
    if (batch.rows !== shape.rows || batch.length !== shape.length) {
      throw internalError(`a batch of ${batch.rows} × ${batch.length} for a graph of ${shape.rows} × ${shape.length}`);
    }
    return {
      ...fed,
      ids: int64s(batch.ids, grid),
      positions: int64s(batch.positions, grid),
      segments: int32s(batch.segments, grid),
      label_rows: int64s(batch.labelRows, [labels]),
      labels: int64s(batch.labels, [labels, 1]),
      weights: floats(batch.weights, [labels, 1]),
      ...(batch.encoder && encoderFeeds(batch.encoder, shape)),
    };
  };

  return {
    parameters,
    run: async (batch, noise) => {
      const feeds = feedsOf(batch);
      if (graph.noiseShape) feeds["noise"] = uniform(noise, graph.noiseShape);
      const results = await session.run(feeds);
      const gradients = parameters.map(({ name }) => floatsOf(results[`gradient:${name}`]));
      return { loss: floatsOf(results["loss"])[0]!, gradients };
    },
    evaluate: async (batch) => {
      evaluation ??= open(trainingGraph(model, spec, shape, "loss", device));
      const results = await (await evaluation).run(feedsOf(batch));
      return floatsOf(results["loss"])[0]!;
    },
    release: async () => {
      await session.release();
      await (await evaluation)?.release();
    },
  };
}

function encoderFeeds(
  { length, ids, segments }: NonNullable<MicroBatch["encoder"]>,
  shape: BatchShape,
): Record<string, RuntimeTensor> {
  if (length !== shape.encoderLength) {
    throw internalError(`prompts of ${length} tokens for a graph of ${shape.encoderLength}`);
  }
  const grid = [shape.rows, length];
  return { encoder_ids: int64s(ids, grid), encoder_segments: int32s(segments, grid) };
}

/** Returns uniformly random 32-bit integers for dropout. */
function uniform(noise: Random, shape: readonly [number, number, number]): RuntimeTensor {
  const values = new Int32Array(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < values.length; i++) values[i] = noise.next() * 2 ** 32;
  return int32s(values, shape);
}
