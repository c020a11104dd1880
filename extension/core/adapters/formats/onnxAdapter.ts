/**
 * Writes a LoRA adapter as an ONNX Runtime adapter file, for models whose LoRA matrices are graph inputs, as Olive exports them.
 * Schema: onnxruntime/lora/adapter_format/adapter_schema.fbs; names and transposition: Olive's convert-adapters.
 */

import { Builder, type Offset } from "flatbuffers";
import type { LoraAdapter } from "../methods/lora.ts";
import type { AdapterTensor } from "./peftModules.ts";
import { tensorsOfAdapter } from "./peftTensors.ts";

/** The index of each field in the schema's tables, and their number of fields. */
const adapterFields = { formatVersion: 0, adapterVersion: 1, modelVersion: 2, parameters: 3, count: 4 } as const;
const parameterFields = { name: 0, dims: 1, dataType: 2, rawData: 3, count: 4 } as const;
/** TensorDataType.FLOAT */
const float = 1;

/**
 * Returns the content of the file. Each matrix is transposed, for x·A·B. B is multiplied by the adapter's scaling, so that
 * readers need no other value.
 */
export function onnxAdapter(adapter: LoraAdapter): Uint8Array {
  const builder = new Builder(1 << 20);
  const parameters = [...tensorsOfAdapter(adapter)].map(([key, tensor]) => {
    const factor = key.endsWith("lora_B.weight") ? adapter.scaling : 1;
    return writeParameter(builder, key.replace(/^base_model\.model\./, ""), tensor, factor);
  });
  // FlatBuffers fills a buffer from its end, so elements are added from the last to the first.
  builder.startVector(4, parameters.length, 4);
  for (const parameter of parameters.toReversed()) builder.addOffset(parameter);
  const list = builder.endVector();
  builder.startObject(adapterFields.count);
  builder.addFieldOffset(adapterFields.parameters, list, 0);
  builder.addFieldInt32(adapterFields.modelVersion, 1, 0);
  builder.addFieldInt32(adapterFields.adapterVersion, 1, 0);
  builder.addFieldInt32(adapterFields.formatVersion, 1, 0);
  builder.finish(builder.endObject(), "TORT");
  return builder.asUint8Array();
}

function writeParameter(builder: Builder, key: string, { shape, values }: AdapterTensor, factor: number): Offset {
  const [rows = 0, columns = 0] = shape;
  const name = builder.createString(key);
  builder.startVector(8, 2, 8);
  builder.addInt64(BigInt(rows));
  builder.addInt64(BigInt(columns));
  const dims = builder.endVector();
  // Align to 4 bytes, as ONNX Runtime does. It ignores the alignment of 8 in its schema.
  builder.startVector(1, values.byteLength, 4);
  for (let column = columns - 1; column >= 0; column--) {
    for (let row = rows - 1; row >= 0; row--) builder.writeFloat32(values[row * columns + column]! * factor);
  }
  const data = builder.endVector();
  builder.startObject(parameterFields.count);
  builder.addFieldOffset(parameterFields.rawData, data, 0);
  builder.addFieldInt32(parameterFields.dataType, float, 0);
  builder.addFieldOffset(parameterFields.dims, dims, 0);
  builder.addFieldOffset(parameterFields.name, name, 0);
  return builder.endObject();
}
