/** Reads and writes PEFT's adapter folder, which stores adapters as adapter_config.json and adapter_model.safetensors. */

import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { exists } from "../../foundation/exists.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { elementCount } from "../../graph/shape.ts";
import { openSafetensors, writeSafetensors, type SafetensorsFile } from "../../weights/safetensors.ts";
import type { Adapter, AdapterOutline } from "../adapter.ts";
import type { AdapterFacts } from "../methods/method.ts";
import { readConfig, writeConfig } from "./peftConfig.ts";
import { invalid, unreadable } from "./peftErrors.ts";
import type { AdapterTensor } from "./peftModules.ts";
import { adapterFromTensors, outlineFromTensors, tensorsOfAdapter } from "./peftTensors.ts";

const configFile = "adapter_config.json";
export const weightsFile = "adapter_model.safetensors";
/** The files that {@link writeAdapter} writes. */
export const adapterFiles: ReadonlySet<string> = new Set([configFile, weightsFile]);

/** The most tensors of an adapter: many times what all modules of the deepest bases need. */
const mostTensors = 20_000;
/** The most bytes of a configuration. Real ones have a few thousand. */
const mostConfigBytes = 4_000_000;

/** Key in the weight file's metadata, which PEFT's readers skip: `Origin.baseIdentity`. */
const identityKey = "graft_base";

/**
 * Reads an adapter that PEFT or Graft saved. The folder's name becomes the adapter's name.
 *
 * @throws UserError "adapter-missing", "adapter-invalid", "adapter-unsupported"; "safetensors-invalid" if the weight file is
 * damaged
 */
export async function readAdapter(folder: string): Promise<Adapter> {
  const { name, facts, tensors } = await readFolder(folder, async (file, key) => await file.read(key));
  return adapterFromTensors(name, facts, tensors);
}

/**
 * Reads an adapter without its values: the configuration and the header of the weight file, a few kilobytes.
 *
 * @throws the errors of {@link readAdapter}, except the one for values that are not finite
 */
export async function readOutline(folder: string): Promise<AdapterOutline> {
  const { name, facts, tensors } = await readFolder(folder, async (file, key) => {
    await file.read(key, { start: 0, count: 0 }); // Throws if the dtype cannot be read.
    return { length: elementCount(file.tensors.get(key)!.shape) };
  });
  return outlineFromTensors(name, facts, tensors);
}

async function readFolder<Values>(
  folder: string,
  valuesOf: (file: SafetensorsFile, key: string) => Promise<Values>,
): Promise<{ name: string; facts: AdapterFacts; tensors: ReadonlyMap<string, AdapterTensor<Values>> }> {
  const name = basename(resolve(folder));
  const config = readConfig(name, await readConfigFile(folder, name));
  const path = join(folder, weightsFile);
  if (!(await exists(path))) {
    if (await exists(join(folder, "adapter_model.bin"))) {
      throw new UserError(
        "adapter-unsupported",
        say`Cannot load adapter "${name}": its weights are a Python pickle (adapter_model.bin), which can run any code when Graft reads it.`,
        say`Save it again with PEFT's save_pretrained(safe_serialization=True).`,
      );
    }
    throw missing(name, say`${folder} has no ${weightsFile}`, say`Copy the whole adapter folder.`);
  }
  const file = await openSafetensors(path, mostTensors);
  try {
    const tensors = new Map<string, AdapterTensor<Values>>();
    for (const [key, { shape }] of file.tensors) tensors.set(key, { shape, values: await valuesOf(file, key) });
    const baseIdentity = file.metadata[identityKey];
    return { name, facts: { ...config, ...(baseIdentity !== undefined && { baseIdentity }) }, tensors };
  } finally {
    await file.close();
  }
}

/**
 * Writes an adapter that PEFT can load. Replaces the two files atomically, one by one, and keeps other files in the folder.
 *
 * @throws UserError "disk-full" or "not-writable"
 */
export async function writeAdapter(folder: string, adapter: Adapter): Promise<void> {
  const tensors = [...tensorsOfAdapter(adapter)].map(([name, { shape, values }]) => ({ name, shape, data: values }));
  const { baseIdentity } = adapter;
  const metadata = { format: "pt", ...(baseIdentity !== undefined && { [identityKey]: baseIdentity }) };
  await writeSafetensors(join(folder, weightsFile), tensors, metadata);
  await writeFileAtomic(join(folder, configFile), writeConfig(adapter));
}

async function readConfigFile(folder: string, name: string): Promise<unknown> {
  const path = join(folder, configFile);
  let text;
  try {
    text = await readPlainText(path, mostConfigBytes);
  } catch (error) {
    if (error instanceof UserError) throw unreadable(name, error);
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") throw await explainMissing(folder, name);
    throw invalid(name, say`its ${configFile} cannot be read (${String(code)})`, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, say`its ${configFile} is not valid JSON`, error);
  }
}

/**
 * Explains why a folder is not an adapter. PEFT saves an adapter that is not called "default" into a subfolder of that name,
 * where users do not expect it. Full fine-tuning makes a whole model.
 */
async function explainMissing(folder: string, name: string): Promise<UserError> {
  const entries = await readdir(folder).catch(() => undefined);
  if (!entries) return missing(name, say`there is no folder ${folder}`, say`Give the folder that PEFT or Graft wrote.`);
  if (entries.includes("config.json")) return missing(name, say`${folder} is a whole model`, say`Use it as a base.`);
  for (const entry of entries) {
    if (await exists(join(folder, entry, configFile))) {
      return missing(
        name,
        say`${folder} has no ${configFile}, but its folder ${entry} does`,
        say`Give ${join(folder, entry)}.`,
      );
    }
  }
  return missing(name, say`${folder} has no ${configFile}`, say`Give the folder that PEFT or Graft wrote.`);
}

function missing(name: string, reason: Said, nextStep: Said): UserError {
  return new UserError("adapter-missing", say`Cannot load adapter "${name}": ${reason}.`, nextStep);
}
