/** Selects the files of a model to download: the requested small files, and weights in safetensors. */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { formatHubAddress } from "./hubAddress.ts";
import type { HubModel, RemoteFile } from "./hubModel.ts";

export interface Selection {
  /** Configuration, tokenizer and the index of the shards. */
  readonly small: readonly RemoteFile[];
  readonly weights: readonly RemoteFile[];
}

const singleFile = "model.safetensors";
const indexFile = "model.safetensors.index.json";
/** The names that transformers gives shards. Other files with this ending are another form of the same weights. */
const shard = /^model-\d+-of-\d+\.safetensors$/;
const pickle = /\.(bin|pt|pth|ckpt)$/;

/**
 * The most bytes of a small file, which is read whole into memory. The largest tokenizers of known models have about 35 MB, the
 * largest indexes 10 MB.
 */
const mostBytes = { "tokenizer.json": 100e6, others: 25e6 } as const;

/**
 * @param kept the names of the small files to download if the model has them
 * @throws UserError "weights-pickled" or "weights-missing"; "file-too-large" if a small file exceeds its limit
 */
export function selectFiles(model: HubModel, kept: ReadonlySet<string>): Selection {
  const selection = select(model, kept);
  for (const { path, size } of selection.small) {
    const most = path === "tokenizer.json" ? mostBytes[path] : mostBytes.others;
    if (size <= most) continue;
    const reason = say`${path} has ${Math.ceil(size / 1e6)} MB, and Graft reads at most ${most / 1e6} MB of such a file`;
    const message = say`Cannot download ${formatHubAddress(model.pinned)}: ${reason}.`;
    throw new UserError("file-too-large", message, say`Choose another model; this file is not plausible.`);
  }
  return selection;
}

function select({ pinned, files }: HubModel, kept: ReadonlySet<string>): Selection {
  const named = (name: string): RemoteFile[] => files.filter(({ path }) => path === name);
  const small = files.filter(({ path }) => kept.has(path));
  const single = named(singleFile);
  if (single.length > 0) return { small, weights: single };
  const weights = files.filter(({ path }) => shard.test(path));
  if (weights.length > 0) return { small: [...small, ...named(indexFile)], weights };
  const model = formatHubAddress(pinned);
  const pickled = files.find(({ path }) => pickle.test(path));
  if (!pickled) {
    const message = say`Cannot download ${model}: it has neither a ${singleFile} nor shards of one.`;
    throw new UserError("weights-missing", message, say`Choose a model with weights in safetensors.`);
  }
  throw new UserError(
    "weights-pickled",
    say`Cannot download ${model}: its weights are a Python pickle (${pickled.path}), which can run arbitrary code when it is loaded.`,
    say`Check whether a pull request of the model adds ${singleFile} (then import ${pinned.repository}@refs/pr/N), or convert it with transformers' save_pretrained(safe_serialization=True) and import that folder.`,
  );
}
