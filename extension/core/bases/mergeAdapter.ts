/** An adapter made a part of its base for good: as another installed base, or as a Hugging Face folder to take elsewhere. */

import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Adapter, ModuleAdapter } from "../adapters/adapter.ts";
import { checkAdapterFits } from "../adapters/adapterFit.ts";
import { writeFolderAtomic } from "../base/atomicFile.ts";
import { UserError } from "../base/errors.ts";
import { narrow, widen } from "../weights/dtype.ts";
import { openModelFolder, type ModelFolder } from "../weights/modelFolder.ts";
import { streamSafetensors, type TensorToStream } from "../weights/safetensors.ts";
import { openBaseFolder } from "./baseFolder.ts";
import { filesToKeep, stampSource } from "./baseSource.ts";
import { checkName, installModel, type ImportResult } from "./importBase.ts";
import { readRecord, type BaseRecord, type InstalledBase } from "./installedBase.ts";
import { mergedFolder } from "./mergedFolder.ts";
import type { WriteControl } from "./weightFile.ts";

export interface MergeOptions extends WriteControl {
  readonly adapter: Adapter;
  readonly base: InstalledBase;
}

/** Which weights the adapter was merged into; see {@link BaseRecord}. */
export type MergedWeights = NonNullable<BaseRecord["merged"]>["weights"];

/**
 * Installs the merged base as `<home>/bases/<name>`, with as many bits as `base` has.
 *
 * @throws UserError "adapter-mismatch", "adapter-unsupported", "name-invalid"; those of `importBase`
 */
export async function mergeAdapter(
  options: MergeOptions & { readonly home: string; readonly name: string },
): Promise<ImportResult & { readonly weights: MergedWeights }> {
  const { base, adapter, name } = options;
  checkName(name);
  if (name === base.name) {
    const message = `Cannot name the merged base "${name}": that is the one it is made from.`;
    throw new UserError("name-invalid", message, "Choose another name.");
  }
  const { folder, original, weights } = await openMerged(options);
  try {
    const { bits } = await readRecord(base.path);
    const source = { path: `${base.name} + ${adapter.name}`, files: [] };
    const merged = { base: base.name, adapter: adapter.name, weights };
    return { ...(await installModel(folder, { ...options, bits, source, merged })), weights };
  } finally {
    await original.close();
  }
}

/**
 * Writes the merged model as a Hugging Face folder, with numbers of the original's formats, or float32 where that is gone.
 *
 * @throws UserError "adapter-mismatch", "adapter-unsupported"; "not-writable" where `out` holds anything; "disk-full"
 */
export async function exportMerged(
  options: MergeOptions & { readonly out: string },
): Promise<{ path: string; weights: MergedWeights }> {
  const out = resolve(options.out);
  const present = await readdir(out).catch(() => []);
  if (present.length > 0) {
    const message = `Cannot write a model into ${out}: the folder is not empty.`;
    throw new UserError("not-writable", message, "Choose a new folder.");
  }
  const { folder, original, weights } = await openMerged(options);
  try {
    await writeFolderAtomic(out, async (temporary) => {
      await mkdir(temporary, { recursive: true });
      for (const name of await filesToKeep(folder.path)) await copyFile(join(folder.path, name), join(temporary, name));
      const tensors = streamed(folder, original, options);
      await streamSafetensors(join(temporary, "model.safetensors"), tensors, { format: "pt" });
    });
    return { path: out, weights };
  } finally {
    await original.close();
  }
}

async function openMerged({ adapter, base }: MergeOptions): Promise<{
  folder: ModelFolder;
  original: ModelFolder;
  weights: MergedWeights;
}> {
  checkMergeable(adapter);
  checkAdapterFits(adapter, base);
  const { source, bits } = await readRecord(base.path);
  const found = await openUntouched(source);
  const original = found ?? (await openBaseFolder(base));
  const weights = found || bits === 32 ? "original" : "rounded";
  return { folder: mergedFolder(original, adapter), original, weights };
}

function checkMergeable(adapter: Adapter): asserts adapter is ModuleAdapter {
  if ("modules" in adapter) return;
  const reason = `${adapter.method} tuning adds virtual tokens, which are no part of any weight`;
  const message = `Cannot merge adapter "${adapter.name}": ${reason}.`;
  throw new UserError("adapter-unsupported", message, "Keep it as the PEFT folder that it is.");
}

/** What the base was imported from, if it is still there, and as it was then. */
async function openUntouched(source: BaseRecord["source"]): Promise<ModelFolder | undefined> {
  const folder = await openModelFolder(source.path).catch(() => undefined);
  if (!folder) return undefined;
  if (JSON.stringify(await stampSource(folder)) === JSON.stringify(source)) return folder;
  await folder.close();
  return undefined;
}

/** Elements read at once. */
const pieceSize = 1 << 20;

function streamed(folder: ModelFolder, original: ModelFolder, { signal, onProgress }: WriteControl): TensorToStream[] {
  const sizes = [...folder.tensors.values()].map(({ shape }) => shape.reduce((product, extent) => product * extent, 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return [...folder.tensors].map(([name, { dtype, shape }], i): TensorToStream => {
    const kept = original.tensors.get(name)!.dtype;
    const columns = shape.at(-1) ?? 1;
    const step = Math.max(1, Math.floor(pieceSize / columns)) * columns;
    return {
      name,
      dtype: kept,
      shape,
      bytes: async function* () {
        for (let start = 0; start < sizes[i]!; start += step) {
          signal?.throwIfAborted();
          const count = Math.min(step, sizes[i]! - start);
          const bytes = await folder.readBytes(name, { start, count });
          yield kept === dtype ? bytes : narrow(kept, widen(dtype, bytes, name), name);
          done += count;
          onProgress?.({ done, total });
        }
      },
    };
  });
}
