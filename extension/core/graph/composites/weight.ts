/** A matrix of the base, however it is stored. `linear` and `embedding` ask it how to multiply; nobody else does. */

import { internalError } from "../../foundation/errors.ts";
import { elementCount } from "../shape.ts";
import { cast } from "../primitives/elementwise.ts";
import { dequantizeLinear, scalesOf } from "../primitives/quantized.ts";
import { slice } from "../primitives/shaping.ts";
import { partOf, someRows, type ByteRange, type QuantizedMatrix, type StoredTensor } from "../storage.ts";
import { composite, external, type Tensor } from "../tensor.ts";
import { controlDependency } from "./controlDependency.ts";

export interface Weight {
  /** float32 [rows, columns]: what the weight means, whatever its bytes. */
  readonly value: Tensor;
  /** Where its blocks lie, if it is quantized. */
  readonly quantized: QuantizedMatrix | null;
  /** Whether it can have no gradient, since it lies in the weight file. */
  readonly frozen: boolean;
  /** Rows `begin` to below `end` alone. */
  readonly rows: (begin: number, end: number) => Weight;
}

/** A weight that is trained itself, or fed: any float32 [rows, columns]. */
export function plainWeight(value: Tensor): Weight {
  return {
    value,
    quantized: null,
    frozen: false,
    rows: (begin, end) => plainWeight(slice(value, begin, end, 0)),
  };
}

/** The weight's value, which is not made from its blocks before `when` is there: as floats it takes four to eight times the room. */
export function valueAfter({ value, quantized }: Weight, when: Tensor): Tensor {
  return quantized ? dequantizeLinear(quantized, controlDependency(scalesOf(quantized), when)) : value;
}

/**
 * The matrix of tensors that lie side by side in the weight file, their rows one after the other (query, key and value as
 * one product). All must have the same format and columns.
 */
export function storedWeight(tensors: readonly StoredTensor[]): Weight {
  const [first] = tensors;
  if (!first) throw internalError("a weight of no tensors");
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
    // The runtime computes in float32 only, and widens a constant once, when the session opens.
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

/** A vector of the base, or several that lie side by side: a norm's gain, a bias. */
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
    if (left.offset + left.length !== right.offset)
      throw internalError("weights of one product do not lie side by side");
    return { offset: left.offset, length: left.length + right.length };
  });
}

function mixed(name: string): never {
  throw internalError(`${name} is stored in more than one format`);
}
