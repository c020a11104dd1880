/** A base model as it lies on disk, ready to be mapped: base.json says how weights.bin was made. */

import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { readPlainText } from "../foundation/plainFile.ts";
import { infoOf } from "../foundation/exists.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { elementCount } from "../graph/shape.ts";
import type { StoredTensor } from "../graph/storage.ts";
import { parseHubAddress } from "../hub/hubAddress.ts";
import { weightRequests } from "../architectures/architectures.ts";
import type { ModelConfig } from "../architectures/config.ts";
import { readModelConfig } from "../architectures/readConfig.ts";
import { layoutVersion, layOut } from "./import/weightLayout.ts";

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
  /** SHA-256 of the weights that it was made of, before they were rounded: the same in any number of bits. */
  readonly identity?: string;
  /** OWNER/NAME on the hub, where it comes from there. */
  readonly repository?: string;
  /** By checkpoint key. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly weightsPath: string;
}

const count = z.int().nonnegative();
/** base.json. */
const recordSchema = z.object({
  layout: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bits: z.union([z.literal(4), z.literal(8), z.literal(16), z.literal(32)]),
  /** Where it came from, to recognise an unchanged source without reading it: name, size and time of its files. */
  source: z.object({ path: z.string(), files: z.array(z.tuple([z.string(), count, z.number()])) }),
  /** Of a base with an adapter merged in: into which weights, those that the base was imported from or its own, rounded ones. */
  merged: z.object({ base: z.string(), adapter: z.string(), weights: z.enum(["original", "rounded"]) }).optional(),
});

export type BaseRecord = z.infer<typeof recordSchema>;

/** What the base that ships with Graft is called. */
export const embeddedName = "graft-base";

export const recordFile = "base.json";
export const weightsFile = "weights.bin";

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
  const { tensors, bytes } = layOut(weightRequests(config), record.bits);
  const weightsPath = join(path, weightsFile);
  const size = (await infoOf(weightsPath))?.size ?? 0;
  if (size !== bytes) throw invalid(name, `its weight file has ${size} bytes, not ${bytes}`);
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
  const parsed = recordSchema.safeParse(parse(name, recordFile, await readText(path, recordFile)));
  if (parsed.success) return parsed.data;
  throw invalid(name, `its base.json is not as expected:\n${z.prettifyError(parsed.error)}`);
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readPlainText(join(path, file));
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
