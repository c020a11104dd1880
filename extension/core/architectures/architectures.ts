/** The architectures that Graft supports, by Hugging Face model_type, and the weights that each needs. */

import { plainWeight } from "../graph/composites/weight.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type {
  Architecture,
  EncoderDecoder,
  EncoderDecoderContext,
  ForwardContext,
  ForwardResult,
} from "./architecture.ts";
import { isEncoderDecoder, type DecoderConfig, type EncoderDecoderConfig, type ModelConfig } from "./config.ts";
import { codegen } from "./codegen.ts";
import { llama } from "./llama.ts";
import { qwen2 } from "./qwen2.ts";
import { qwen3 } from "./qwen3.ts";
import { t5 } from "./t5.ts";
import { parameterScope, type AdaptedModule, type AdapterSlots, type WeightSource } from "./parameterScope.ts";
import { starcoder2 } from "./starcoder2.ts";
import type { WeightRequest } from "./weightRequest.ts";

const decoders: Readonly<Record<string, Architecture>> = { llama, qwen2, qwen3, starcoder2, codegen };
const encoderDecoders: Readonly<Record<string, EncoderDecoder>> = { t5 };
export const architectures: Readonly<Record<string, Architecture | EncoderDecoder>> = {
  ...decoders,
  ...encoderDecoders,
};

/** Runs the forward pass of the config's architecture over `weights`, with `slots` around each matrix product. */
export function forward(
  config: DecoderConfig,
  weights: WeightSource,
  slots: AdapterSlots,
  context: ForwardContext,
): ForwardResult {
  return decoders[config.modelType]!.forward(config, parameterScope(weights, slots), context);
}

/** Does the same as {@link forward} for an encoder-decoder. */
export function forwardEncoderDecoder(
  config: EncoderDecoderConfig,
  weights: WeightSource,
  slots: AdapterSlots,
  context: EncoderDecoderContext,
): ForwardResult {
  return encoderDecoders[config.modelType]!.forward(config, parameterScope(weights, slots), context);
}

/** Returns every tensor that the model uses, in the order and grouping of use. */
export function weightRequests(config: ModelConfig): readonly WeightRequest[] {
  return trace(config).requests;
}

/** The size of a linear module. */
export interface ModuleShape {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether the module shares one matrix product, and therefore its input, with others. */
  readonly sharesProduct?: boolean;
}

/** Returns every module that an adapter can attach to, by its path, such as "model.layers.0.self_attn.q_proj". */
export function moduleShapes(config: ModelConfig): ReadonlyMap<string, ModuleShape> {
  return new Map(
    trace(config).products.flatMap((modules) =>
      modules.map(({ path, inFeatures, outFeatures }) => {
        return [path, { inFeatures, outFeatures, ...(modules.length > 1 && { sharesProduct: true }) }] as const;
      }),
    ),
  );
}

/** Returns the number of weights of all {@link moduleShapes}. */
export function moduleWeights(config: ModelConfig): number {
  return [...moduleShapes(config).values()].reduce((sum, shape) => sum + shape.inFeatures * shape.outFeatures, 0);
}

/**
 * Traces the forward pass without weights, and records the weights and modules that it requests. No second list of a
 * model's weights can therefore contradict the model.
 */
function trace(config: ModelConfig): { requests: WeightRequest[]; products: (readonly AdaptedModule[])[] } {
  const { attention } = config;
  const requests: WeightRequest[] = [];
  const products: (readonly AdaptedModule[])[] = [];
  const ask = (request: WeightRequest, shape: readonly number[]): Tensor => {
    requests.push(request);
    return input(request.names.join("+"), "float32", shape);
  };
  const weights: WeightSource = {
    matrix: (request) => plainWeight(ask(request, [rowsOf(request), request.shapes[0]![1]!])),
    vector: (request) => ask(request, [rowsOf(request)]),
  };
  const slots: AdapterSlots = {
    around: (modules, x, product) => {
      products.push(modules);
      return product(x);
    },
  };
  const ids = input("ids", "int64", [1, 1]);
  const attended = input("attended", "float32", [1, 1, attention.heads * attention.headSize]);
  if (isEncoderDecoder(config)) {
    const stack = { ids, distances: ids, attend: () => attended };
    forwardEncoderDecoder(config, weights, slots, {
      encoder: stack,
      decoder: stack,
      attendEncoded: (_layer, _query, keyValue) => {
        keyValue();
        return attended;
      },
      segment: (inputs, layer) => layer(...inputs),
    });
  } else forward(config, weights, slots, { ids, attend: () => attended, segment: (x, layer) => layer(x) });
  return { requests, products };
}

function rowsOf({ shapes }: WeightRequest): number {
  return shapes.reduce((sum, [rows]) => sum + rows!, 0);
}
