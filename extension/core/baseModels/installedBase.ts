/** An installed base model on disk, ready to be mapped. base.json records how weights.bin was made. */

import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { readPlainText } from "../foundation/plainFile.ts";
import { infoOf } from "../foundation/exists.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { flawsOf } from "../foundation/words/flaws.ts";
import { say, type Said } from "../foundation/words/said.ts";
import { elementCount } from "../graph/shape.ts";
import type { StoredTensor } from "../graph/storage.ts";
import { parseHubAddress } from "../hub/hubAddress.ts";
import { weightRequests } from "../architectures/architectures.ts";
import type { ModelConfig } from "../architectures/config.ts";
import { readModelConfig } from "../architectures/readConfig.ts";
import { layoutVersion, layOut } from "./import/weightLayout.ts";

export interface InstalledBase {
  readonly name: string;
  /** The folder, which also holds the tokenizer's files. */
  readonly path: string;
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  /** Size of the weight file. */
  readonly bytes: number;
  /** Whether the base ships with Graft. */
  readonly embedded: boolean;
  /** The hash of the whole base, in hexadecimal. Bases with equal hashes compute the same. */
  readonly hash: string;
  /** The SHA-256 of the source weights before rounding, which is the same for any number of bits. */
  readonly identity?: string;
  /** OWNER/NAME, if the base comes from the hub. */
  readonly repository?: string;
  /** The tensors by checkpoint key. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly weightsPath: string;
}

const count = z.int().nonnegative();
/** The schema of base.json. */
const recordSchema = z.object({
  layout: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bits: z.union([z.literal(4), z.literal(8), z.literal(16), z.literal(32)]),
  /** The source, with name, size and modification time of its files, to recognize it without reading it if it is unchanged. */
  source: z.object({ path: z.string(), files: z.array(z.tuple([z.string(), count, z.number()])) }),
  /** For a base with a merged adapter: base and adapter, and whether the original or the base's rounded weights were merged. */
  merged: z.object({ base: z.string(), adapter: z.string(), weights: z.enum(["original", "rounded"]) }).optional(),
});

export type BaseRecord = z.infer<typeof recordSchema>;

/** The name of the base that ships with Graft. */
export const embeddedName = "graft-base";

export const recordFile = "base.json";
export const weightsFile = "weights.bin";

/** Returns a hash of the layout. A base works only with the forward pass that its tensors are grouped for. */
export function layoutOf(config: ModelConfig): string {
  const text = JSON.stringify([layoutVersion, weightRequests(config)]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * Opens an installed base, and checks everything except the weights' values. Its name defaults to the folder's.
 *
 * @throws UserError "base-missing", "base-invalid"; "base-outdated" if another version of Graft installed it
 */
export async function openBase(path: string, as: { name?: string; embedded?: boolean } = {}): Promise<InstalledBase> {
  const name = as.name ?? basename(resolve(path));
  const record = await readRecord(path);
  const config = readModelConfig(parse(name, "config.json", await readText(path, "config.json")));
  if (record.layout !== layoutOf(config)) {
    const message = say`Cannot open the base ${name}: another version of Graft installed it.`;
    throw new UserError("base-outdated", message, say`Import it again from ${record.source.path}.`);
  }
  const { tensors, bytes } = layOut(weightRequests(config), record.bits);
  const weightsPath = join(path, weightsFile);
  const size = (await infoOf(weightsPath))?.size ?? 0;
  if (size !== bytes) throw invalid(name, say`its weight file has ${size} bytes, not ${bytes}`);
  const repository = parseHubAddress(record.source.path)?.repository;
  return {
    name,
    path: resolve(path),
    modelType: config.modelType,
    config,
    parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    bytes,
    embedded: as.embedded ?? false,
    hash: record.hash,
    ...(record.identity !== undefined && { identity: record.identity }),
    ...(repository !== undefined && { repository }),
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    weightsPath: resolve(weightsPath),
  };
}

/** @throws UserError "base-missing" or "base-invalid" */
export async function readRecord(path: string): Promise<BaseRecord> {
  const name = basename(resolve(path));
  const record = parse(name, recordFile, await readText(path, recordFile));
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return parsed.data;
  throw invalid(name, say`its base.json is invalid: ${flawsOf(parsed.error, record)}`);
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readPlainText(join(path, file));
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    const message = say`Cannot open the base ${path}: it has no ${file}.`;
    throw new UserError("base-missing", message, say`Choose an installed base, or import this one.`, { cause: error });
  }
}

function parse(name: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, say`its ${file} is not valid JSON`, error);
  }
}

function invalid(name: string, reason: Said, cause?: unknown): UserError {
  const nextStep = say`Remove the folder and import the base again.`;
  return new UserError("base-invalid", say`Cannot open the base ${name}: ${reason}.`, nextStep, { cause });
}
