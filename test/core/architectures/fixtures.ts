/** The tiny checkpoints of test/fixtures/models, as bases in float32. */

import { join } from "node:path";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { openModelFolder } from "../../../extension/core/weights/modelFolder.ts";
import { openSafetensors } from "../../../extension/core/weights/safetensors.ts";
import { tinyModel } from "./tinyModel.ts";

export const fixtures = join(import.meta.dirname, "../../fixtures/models");

/** All tensors of a file. */
export async function readAll(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const file = await openSafetensors(path);
  const entries: [string, Float32Array][] = [];
  for (const name of file.tensors.keys()) entries.push([name, await file.read(name)]);
  await file.close();
  return new Map(entries);
}

export async function loadFixture(name: string) {
  const folder = await openModelFolder(join(fixtures, name));
  const config = readModelConfig(folder.config);
  const values = new Map<string, Float32Array>();
  for (const key of folder.tensors.keys()) values.set(key, await folder.read(key));
  await folder.close();
  const { tensors, weightsPath } = tinyModel(config, 32, (key) => values.get(key)!);
  const base = { name, config, tensors, weightsPath } as unknown as InstalledBase;
  return { base, config, tensors, weightsPath };
}
