/** A Hugging Face model folder: its config.json and its tensors, in one file or in shards. Independent of architectures. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readPlainText } from "../foundation/plainFile.ts";
import { isFolder } from "../foundation/exists.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { say, type Said } from "../foundation/words/said.ts";
import { openSafetensors, type SafetensorsFile } from "./safetensors.ts";
import { damaged, type TensorEntry } from "./safetensorsHeader.ts";

export interface ModelFolder {
  readonly path: string;
  /** The names of the weight files. */
  readonly shards: readonly string[];
  /** The parsed config.json, unchecked. */
  readonly config: unknown;
  /** Every tensor of every shard. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Does the same as {@link SafetensorsFile.read}. */
  readonly read: SafetensorsFile["read"];
  /** Does the same as {@link SafetensorsFile.readBytes}. */
  readonly readBytes: SafetensorsFile["readBytes"];
  close(): Promise<void>;
}

const indexName = "model.safetensors.index.json";
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * @throws UserError "model-folder-invalid" if the folder, its config.json or its weights are missing or unreadable,
 * "safetensors-invalid" if a weight file is damaged.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const config = await readConfig(path);
  const files = new Map<string, SafetensorsFile>();
  const homes = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    for (const file of files.values()) await file.close();
  };
  try {
    const { shards, weightMap } = await findShards(path);
    for (const shard of shards) files.set(shard, await openSafetensors(join(path, shard)));
    for (const [shard, file] of files) {
      for (const name of file.tensors.keys()) {
        // If there is an index, it decides the shard of each tensor; otherwise there is a single file.
        if (!weightMap || weightMap.get(name) === shard) homes.set(name, file);
      }
    }
    for (const [name, shard] of weightMap ?? []) {
      if (!homes.has(name))
        throw damaged(join(path, shard), say`the index lists tensor "${name}" there, but the file does not contain it`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const homeOf = (name: string): SafetensorsFile => {
    const file = homes.get(name);
    if (file) return file;
    const message = say`Cannot read ${path}: the model has no tensor "${name}".`;
    throw new UserError("tensor-missing", message, say`Check that config.json belongs to these weights.`);
  };
  return {
    path,
    shards: [...files.keys()],
    config,
    tensors: new Map([...homes].map(([name, file]) => [name, file.tensors.get(name)!])),
    read: async (name, part) => homeOf(name).read(name, part),
    readBytes: async (name, part) => homeOf(name).readBytes(name, part),
    close,
  };
}

/**
 * Returns the parsed config.json without validation.
 *
 * @throws UserError "model-folder-invalid"
 */
export async function readConfig(path: string): Promise<unknown> {
  if (!(await isFolder(path))) {
    throw invalid(
      say`Cannot open the model ${path}: there is no such folder.`,
      say`Give the path of a Hugging Face model folder.`,
    );
  }
  const text = await readPlainText(join(path, "config.json")).catch((error: unknown) => {
    throw invalid(
      say`Cannot open the model ${path}: it has no config.json that can be read (${String(systemCode(error))}).`,
      say`Give the folder that holds config.json and model.safetensors.`,
      error,
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(
      say`Cannot open the model ${path}: its config.json is not valid JSON.`,
      say`Copy or download config.json again.`,
      error,
    );
  }
}

/** Returns the names of the weights and of their index. @throws UserError "model-folder-invalid" */
export async function weightFiles(path: string): Promise<readonly string[]> {
  const { shards, weightMap } = await findShards(path);
  return weightMap ? [...shards, indexName] : shards;
}

async function findShards(
  path: string,
): Promise<{ shards: readonly string[]; weightMap?: ReadonlyMap<string, string> }> {
  const files = await readdir(path);
  if (files.includes("model.safetensors")) return { shards: ["model.safetensors"] };
  if (files.includes(indexName)) {
    const weightMap = await readIndex(join(path, indexName));
    const shards = [...new Set(weightMap.values())].sort();
    const missing = shards.find((shard) => !files.includes(shard));
    if (missing !== undefined) {
      throw invalid(
        say`Cannot open the model ${path}: the index lists the weight file ${missing}, which is missing.`,
        say`Download the missing file into the folder.`,
      );
    }
    return { shards, weightMap };
  }
  const pickle = files.find((file) => /^pytorch_model.*\.bin$/.test(file));
  if (pickle !== undefined) {
    throw invalid(
      say`Cannot open the model ${path}: its weights are a Python pickle (${pickle}), which can run arbitrary code when it is loaded.`,
      say`Use the model's safetensors version, or convert it with transformers' save_pretrained(safe_serialization=True).`,
    );
  }
  throw invalid(
    say`Cannot open the model ${path}: it has no model.safetensors.`,
    say`Download the weights into the folder.`,
  );
}

async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
  let index;
  try {
    index = indexSchema.parse(JSON.parse(await readPlainText(path)));
  } catch (error) {
    throw invalid(
      say`Cannot read ${path}: it is not an index of weight files.`,
      say`Copy or download the file again.`,
      error,
    );
  }
  for (const file of Object.values(index.weight_map)) {
    // A name with a separator could refer to a file outside the folder.
    if (!/^[^/\\]+\.safetensors$/.test(file)) {
      throw invalid(
        say`Cannot read ${path}: it lists "${file}", which is not a .safetensors file beside it.`,
        say`Use the model's safetensors version.`,
      );
    }
  }
  return new Map(Object.entries(index.weight_map));
}

function invalid(message: Said, nextStep: Said, cause?: unknown): UserError {
  return new UserError("model-folder-invalid", message, nextStep, { cause });
}
