/** Wraps ONNX Runtime in the smallest interface that Graft needs: a model, tensors in, tensors out. */

import type { Tensor as OrtTensor } from "onnxruntime-node";
import { internalError } from "../foundation/errors.ts";
import type { OnnxModel } from "../onnx/encode.ts";
import { DeviceFailure, providerOf, type Device } from "./device.ts";
import { runtime } from "./library.ts";

const { InferenceSession, Tensor } = runtime;

/** The runtime's own tensor type. Passing it on unchanged avoids copies of the KV cache. */
export type RuntimeTensor = OrtTensor;

export interface Session {
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  /** The folder of the model's weight file. */
  readonly weightFolder?: string;
  /** The default is all cores. */
  readonly threads?: number | undefined;
  /** The CPU by default. ONNX Runtime also uses the CPU for operations that another device has no kernel for. */
  readonly device?: Device | undefined;
  /** Training frees tensors early instead of planning one memory block for all; inference is faster with the plan. */
  readonly purpose: "inference" | "training";
}

/**
 * Loads `model`. Weights are mapped from the weight file, so two sessions on the CPU share their pages.
 *
 * @throws DeviceFailure if a device other than the CPU cannot load it; so does `run` if it cannot compute
 */
export async function openSession(model: Pick<OnnxModel, "bytes">, options: SessionOptions): Promise<Session> {
  const { device = "cpu" } = options;
  const failing = (error: unknown): never => {
    throw device === "cpu" ? error : new DeviceFailure(device, error);
  };
  const session = await InferenceSession.create(model.bytes, {
    executionProviders: [providerOf[device]],
    graphOptimizationLevel: "all",
    // A memory plan keeps the peak of all shapes alive; a training graph has one shape and a far lower live set.
    enableMemPattern: options.purpose === "inference",
    ...(options.threads && { intraOpNumThreads: options.threads }),
    logSeverityLevel: 3,
    extra: {
      session: {
        ...(options.weightFolder && { model_external_initializers_file_folder_path: options.weightFolder }),
        // Several sessions share the cores of this process; idle threads that spin would slow down the others.
        "intra_op.allow_spinning": "0",
      },
    },
  }).catch(failing);
  return {
    run: async (feeds) => {
      for (const name of session.inputNames) if (!(name in feeds)) throw internalError(`input ${name} is not fed`);
      return await session.run(feeds).catch(failing);
    },
    release: () => session.release(),
  };
}

export function floats(values: Float32Array, shape: readonly number[]): RuntimeTensor {
  return new Tensor("float32", values, shape);
}

export function int64s(values: BigInt64Array, shape: readonly number[]): RuntimeTensor {
  return new Tensor("int64", values, shape);
}

export function int32s(values: Int32Array, shape: readonly number[]): RuntimeTensor {
  return new Tensor("int32", values, shape);
}

/** Returns the values of an int64 result. */
export function integersOf(tensor: RuntimeTensor | undefined): BigInt64Array {
  const data: unknown = tensor?.data;
  if (data instanceof BigInt64Array) return data;
  throw internalError(`expected int64 values, found ${tensor ? tensor.type : "no such output"}`);
}

/** Returns the values of a float32 result. */
export function floatsOf(tensor: RuntimeTensor | undefined): Float32Array {
  const data: unknown = tensor?.data;
  if (data instanceof Float32Array) return data;
  throw internalError(`expected float32 values, found ${tensor ? tensor.type : "no such output"}`);
}
