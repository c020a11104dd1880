/** Merges an adapter into its base: as another installed base, or as a Hugging Face folder for other tools. */

import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Adapter, ModuleAdapter } from "../../adapters/adapter.ts";
import { checkAdapterFits } from "../../adapters/fit/adapterFit.ts";
import { writeFolderAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import { exportModel } from "./exportModel.ts";
import { checkName } from "../baseNames.ts";
import { installModel, type ImportResult } from "../import/importBase.ts";
import { readRecord, type InstalledBase } from "../installedBase.ts";
import { mergedFolder } from "./mergedFolder.ts";
import { openOriginal, type WeightsKind } from "./originalFolder.ts";
import type { WriteControl } from "../import/weightFile.ts";

export interface MergeOptions extends WriteControl {
  readonly adapter: Adapter;
  readonly base: InstalledBase;
}

/**
 * Installs the merged base as `<home>/bases/<name>`, with as many bits as `base` has.
 *
 * @throws UserError "adapter-mismatch", "adapter-unsupported", "name-invalid"; those of `importBase`
 */
export async function mergeAdapter(
  options: MergeOptions & { readonly home: string; readonly name: string },
): Promise<ImportResult & { readonly weights: WeightsKind }> {
  const { base, adapter, name } = options;
  checkName(name);
  if (name === base.name) {
    const message = say`Cannot name the merged base "${name}": the original base has this name.`;
    throw new UserError("name-invalid", message, say`Choose another name.`);
  }
  const { folder, original, weights } = await openMerged(options);
  try {
    const { bits } = await readRecord(base.path);
    const source = { path: `${base.name} + ${adapter.name}`, files: [] };
    const merged = { base: base.name, adapter: adapter.name, weights };
    return { ...(await installModel(folder, { ...options, names: [name], bits, source, merged })), weights };
  } finally {
    await original.close();
  }
}

/**
 * Writes the merged model as a Hugging Face folder, in the number formats of the original, or in float32 if the
 * original is gone.
 *
 * @throws UserError "adapter-mismatch", "adapter-unsupported"; "not-writable" if `out` is not empty; "disk-full"
 */
export async function exportMerged(
  options: MergeOptions & { readonly out: string },
): Promise<{ path: string; weights: WeightsKind }> {
  const out = resolve(options.out);
  const present = await readdir(out).catch(() => []);
  if (present.length > 0) {
    const message = say`Cannot write a model into ${out}: the folder is not empty.`;
    throw new UserError("not-writable", message, say`Choose a new folder.`);
  }
  const { folder, original, weights } = await openMerged(options);
  try {
    const dtypeOf = (name: string): string => original.tensors.get(name)!.dtype;
    await writeFolderAtomic(out, (temporary) => exportModel(temporary, folder, dtypeOf, options));
    return { path: out, weights };
  } finally {
    await original.close();
  }
}

async function openMerged({ adapter, base }: MergeOptions): Promise<{
  folder: ModelFolder;
  original: ModelFolder;
  weights: WeightsKind;
}> {
  checkMergeable(adapter);
  checkAdapterFits(adapter, base);
  const { folder: original, weights } = await openOriginal(base);
  return { folder: mergedFolder(original, adapter), original, weights };
}

function checkMergeable(adapter: Adapter): asserts adapter is ModuleAdapter {
  if ("modules" in adapter) return;
  const reason = say`${adapter.method} tuning adds virtual tokens, which are not part of any weight`;
  const message = say`Cannot merge adapter "${adapter.name}": ${reason}.`;
  throw new UserError("adapter-unsupported", message, say`Use it as a PEFT folder instead.`);
}
