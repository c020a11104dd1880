/** Reads an installed base as a model folder with its rounded values, for when its source is no longer available. */

import { open, type FileHandle } from "node:fs/promises";
import { internalError } from "../../foundation/errors.ts";
import { elementCount } from "../../graph/shape.ts";
import { blockSize, type ByteRange, type StoredTensor } from "../../graph/storage.ts";
import { dequantizeBlocks } from "../../quantization/blockwise.ts";
import { readConfig, type ModelFolder } from "../../weights/modelFolder.ts";
import type { TensorPart } from "../../weights/safetensors.ts";
import type { TensorEntry } from "../../weights/safetensorsHeader.ts";
import { narrow, widen } from "../../weights/dtype.ts";
import type { InstalledBase } from "../installedBase.ts";

/** Opens a base as a model folder. Parts of quantized tensors must consist of whole blocks. */
export async function openBaseFolder(base: InstalledBase): Promise<ModelFolder> {
  const config = await readConfig(base.path);
  const file = await open(base.weightsPath, "r");
  const readBytes: ModelFolder["readBytes"] = async (name, part) => {
    const tensor = base.tensors.get(name);
    if (!tensor) throw internalError(`the base ${base.name} has no tensor ${name}`);
    return readTensor(file, tensor, part ?? { start: 0, count: elementCount(tensor.shape) });
  };
  const tensors = new Map([...base.tensors].map(([name, tensor]) => [name, entryOf(tensor)]));
  return {
    path: base.path,
    shards: [],
    config,
    tensors,
    readBytes,
    read: async (name, part) => widen(tensors.get(name)?.dtype ?? "", await readBytes(name, part), name),
    close: () => file.close(),
  };
}

function entryOf({ shape, storage }: StoredTensor): TensorEntry {
  const dtype = storage.format === "float16" ? "F16" : "F32";
  return { dtype, shape, offset: 0, length: elementCount(shape) * (dtype === "F16" ? 2 : 4) };
}

async function readTensor(
  file: FileHandle,
  { shape, storage }: StoredTensor,
  { start, count }: TensorPart,
): Promise<Uint8Array<ArrayBuffer>> {
  const elements = elementCount(shape);
  const readShare = async ({ offset, length }: ByteRange): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = new Uint8Array((count * length) / elements);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset + (start * length) / elements);
    if (bytesRead < bytes.length) throw internalError("the weight file changed while it was open");
    return bytes;
  };
  if ("bytes" in storage) return readShare(storage.bytes);
  if (start % blockSize !== 0 || count % blockSize !== 0) throw internalError("only whole blocks can be read");
  const blocks = await readShare(storage.blocks);
  const scales = new Float32Array((await readShare(storage.scales)).buffer);
  const values = dequantizeBlocks({ blocks, scales }, 1, count, storage.format === "int4" ? 4 : 8);
  return narrow("F32", values, "a base");
}
