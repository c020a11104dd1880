/** A matrix of the base in any storage format. Only `linear` and `embedding` depend on the format. */

import { internalError } from "../../foundation/errors.ts";
import { elementCount } from "../shape.ts";
import { cast } from "../primitives/elementwise.ts";
import { dequantizeLinear, scalesOf } from "../primitives/quantized.ts";
import { slice } from "../primitives/shaping.ts";
import { partOf, someRows, type ByteRange, type QuantizedMatrix, type StoredTensor } from "../storage.ts";
import { composite, external, type Tensor } from "../tensor.ts";
import { controlDependency } from "./controlDependency.ts";

export interface Weight {
  /** The weight's value as float32 [rows, columns], in any format. */
  readonly value: Tensor;
  /** The weight's blocks, or null if it is not quantized. */
  readonly quantized: QuantizedMatrix | null;
  /** Whether the weight is in the weight file, and so has no gradient. */
  readonly frozen: boolean;
  /** Returns only the rows from `begin` up to and excluding `end`. */
  readonly rows: (begin: number, end: number) => Weight;
}

/** Returns a weight that is trained or fed: any float32 [rows, columns]. */
export function plainWeight(value: Tensor): Weight {
  return {
    value,
    quantized: null,
    frozen: false,
    rows: (begin, end) => plainWeight(slice(value, begin, end, 0)),
  };
}

/**
 * Returns the weight's value, but dequantizes it only after `when` is computed, because the float values take four to
 * eight times the memory of the blocks.
 */
export function valueAfter({ value, quantized }: Weight, when: Tensor): Tensor {
  return quantized ? dequantizeLinear(quantized, controlDependency(scalesOf(quantized), when)) : value;
}

/**
 * Returns one matrix of tensors that are adjacent in the weight file, with their rows concatenated (query, key and value as one
 * product). All must have the same format and columns.
 */
export function storedWeight(tensors: readonly StoredTensor[]): Weight {
  const [first] = tensors;
  if (!first) throw internalError("cannot build a weight without tensors");
  const { format } = first.storage;
  const name = tensors.map((tensor) => tensor.name).join("+");
  const columns = first.shape.at(-1)!;
  const rows = tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape) / columns, 0);
  if (format === "float32" || format === "float16") {
    return floatWeight(name, format, [rows, columns], plainBytes(tensors, format));
  }
  const parts = tensors.map(({ storage }) => (storage.format === format ? storage : mixed(name)));
  const blocks = joined(parts.map((part) => part.blocks));
  const scales = joined(parts.map((part) => part.scales));
  return blockWeight({ name, bits: format === "int4" ? 4 : 8, rows, columns, blocks, scales });
}

function floatWeight(
  name: string,
  format: "float32" | "float16",
  [rows, columns]: readonly [number, number],
  bytes: ByteRange,
): Weight {
  const stored = external(name, format, [rows, columns], bytes);
  return {
    // The runtime computes in float32 only, and widens a constant once when the session opens.
    value: format === "float32" ? stored : cast(stored, "float32"),
    quantized: null,
    frozen: true,
    rows: (begin, end) =>
      floatWeight(`${name}[${begin}:${end}]`, format, [end - begin, columns], partOf(bytes, begin / rows, end / rows)),
  };
}

function blockWeight(quantized: QuantizedMatrix): Weight {
  return {
    value: composite("weight", [], { expand: () => dequantizeLinear(quantized) }),
    quantized,
    frozen: true,
    rows: (begin, end) => blockWeight(someRows(quantized, begin, end)),
  };
}

/** Returns a vector of the base, or several adjacent ones as one: a norm's gain, a bias. */
export function storedVector(tensors: readonly StoredTensor[]): Tensor {
  const name = tensors.map((tensor) => tensor.name).join("+");
  const size = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return external(name, "float32", [size], plainBytes(tensors, "float32"));
}

function plainBytes(tensors: readonly StoredTensor[], format: "float32" | "float16"): ByteRange {
  return joined(
    tensors.map(({ name, storage }) => ("bytes" in storage && storage.format === format ? storage.bytes : mixed(name))),
  );
}

function joined(ranges: readonly ByteRange[]): ByteRange {
  return ranges.reduce((left, right) => {
    if (left.offset + left.length !== right.offset) throw internalError("the weights of one product are not adjacent");
    return { offset: left.offset, length: left.length + right.length };
  });
}

function mixed(name: string): never {
  throw internalError(`${name} is stored in more than one format`);
}
