/** A base model as it lies on disk, ready to be mapped: base.json says where each tensor is in weights.bin. */

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { systemCode, UserError } from "../base/errors.ts";
import type { StoredTensor } from "../graph/storage.ts";
import { weightRequests } from "../models/architectures.ts";
import type { ModelConfig } from "../models/config.ts";
import { readModelConfig } from "../models/readConfig.ts";
import { elementCount, storedBytes } from "./weightFile.ts";

export interface InstalledBase {
  readonly name: string;
  /** Its folder, which holds the tokenizer's files, too. */
  readonly path: string;
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  /** Size of the weight file. */
  readonly bytes: number;
  /** Whether it is the one that ships with Graft. */
  readonly embedded: boolean;
  /** Of everything that makes it what it is: equal hashes compute the same. Hexadecimal. */
  readonly hash: string;
  /** By checkpoint key. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly weightsPath: string;
}

const count = z.int().nonnegative();
const range = z.object({ offset: count, length: count });
const storageSchema = z.discriminatedUnion("format", [
  z.object({ format: z.literal("float32"), bytes: range }),
  z.object({ format: z.enum(["int4", "int8"]), blocks: range, scales: range }),
]);

/** base.json. */
const recordSchema = z.object({
  layout: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  bits: z.union([z.literal(4), z.literal(8), z.literal(16), z.literal(32)]),
  bytes: count,
  /** Where it came from, to recognise an unchanged source without reading it: name, size and time of its files. */
  source: z.object({ path: z.string(), files: z.array(z.tuple([z.string(), count, z.number()])) }),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(count), storage: storageSchema })),
});

export type BaseRecord = z.infer<typeof recordSchema>;

/** What the base that ships with Graft is called. */
export const embeddedName = "graft-base";

export const recordFile = "base.json";
export const weightsFile = "weights.bin";

/** Raised when the same requests are laid out in another way. */
const layoutVersion = 1;

/** Tells layouts apart: a base is only of use to the forward pass for which its tensors were grouped. */
export function layoutOf(config: ModelConfig): string {
  const text = JSON.stringify([layoutVersion, weightRequests(config)]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * Opens an installed base and checks everything but the weights' values. Its name is the folder's, unless told.
 *
 * @throws UserError "base-missing", "base-invalid"; "base-outdated" where another version of Graft laid it out
 */
export async function openBase(path: string, as: { name?: string; embedded?: boolean } = {}): Promise<InstalledBase> {
  const name = as.name ?? basename(resolve(path));
  const record = await readRecord(path);
  const config = readModelConfig(parse(name, "config.json", await readText(path, "config.json")));
  if (record.layout !== layoutOf(config)) {
    const message = `Cannot open the base ${name}: another version of Graft has installed it.`;
    throw new UserError("base-outdated", message, `Import it again from ${record.source.path}.`);
  }
  const tensors = new Map(record.tensors.map((tensor) => [tensor.name, tensor]));
  checkTensors(name, config, tensors, record.bytes);
  const weightsPath = join(path, weightsFile);
  const size = await stat(weightsPath).then(
    (info) => info.size,
    () => 0,
  );
  if (size !== record.bytes) throw invalid(name, `its weight file has ${size} bytes, base.json says ${record.bytes}`);
  return {
    name,
    path: resolve(path),
    modelType: config.modelType,
    config,
    parameters: record.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    bytes: record.bytes,
    embedded: as.embedded ?? false,
    hash: record.hash,
    tensors,
    weightsPath: resolve(weightsPath),
  };
}

/** @throws UserError "base-missing" or "base-invalid" */
export async function readRecord(path: string): Promise<BaseRecord> {
  const name = basename(resolve(path));
  const parsed = recordSchema.safeParse(parse(name, recordFile, await readText(path, recordFile)));
  if (parsed.success) return parsed.data;
  throw invalid(name, `its base.json is not as expected:\n${z.prettifyError(parsed.error)}`);
}

function checkTensors(
  name: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, StoredTensor>,
  fileBytes: number,
): void {
  for (const { names, shapes } of weightRequests(config)) {
    for (const [i, key] of names.entries()) {
      const tensor = tensors.get(key);
      if (!tensor) throw invalid(name, `its base.json lacks the tensor "${key}"`);
      const { shape, storage } = tensor;
      if (JSON.stringify(shape) !== JSON.stringify(shapes[i])) {
        throw invalid(
          name,
          `its base.json gives "${key}" the shape [${shape.join(", ")}], config.json [${shapes[i]!.join(", ")}]`,
        );
      }
      const { main, scales } = storedBytes(shape, storage.format);
      const ranges =
        storage.format === "float32"
          ? [{ ...storage.bytes, expected: main }]
          : [
              { ...storage.blocks, expected: main },
              { ...storage.scales, expected: scales },
            ];
      for (const { offset, length, expected } of ranges) {
        if (length !== expected || offset + length > fileBytes) {
          throw invalid(name, `its base.json puts "${key}" where it cannot be in the weight file`);
        }
      }
    }
  }
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(join(path, file), "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    const message = `Cannot open the base ${path}: it has no ${file}.`;
    throw new UserError("base-missing", message, "Choose an installed base, or import this one.", { cause: error });
  }
}

function parse(name: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, `its ${file} is not valid JSON`, error);
  }
}

function invalid(name: string, reason: string, cause?: unknown): UserError {
  const nextStep = "Remove the folder and import the base again.";
  return new UserError("base-invalid", `Cannot open the base ${name}: ${reason}.`, nextStep, { cause });
}
