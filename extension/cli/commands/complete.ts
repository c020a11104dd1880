/** graft complete, graft logits */

import { relative, resolve } from "node:path";
import type * as z from "zod";
import { readPlainText } from "../../core/foundation/plainFile.ts";
import { systemCode, UserError } from "../../core/foundation/errors.ts";
import { openCompleterOnDevices } from "../../core/completion/completerOnDevices.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { choosePlacements, withFallback } from "../../core/devices/placements.ts";
import type { DeviceChoice, Placement } from "../../core/runtime/device.ts";
import type { contextFields } from "../../core/completion/context/contextFields.ts";
import {
  frontOf,
  indexFolder,
  type IndexedRepository,
  type RequestFront,
} from "../../core/completion/context/indexedRepository.ts";
import { completionRequest, type CompletionRequest } from "../../core/completion/completionRequest.ts";
import { readRequest } from "../../core/foundation/requestSchema.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { say, verbatim } from "../../core/foundation/words/said.ts";
import { checkAdapterFits, warningOf } from "../../core/adapters/fit/adapterFit.ts";
import { fitFromFolder } from "../../core/adapters/fit/fitFromFolder.ts";
import { readAdapter } from "../../core/adapters/formats/peftFolder.ts";
import type { ActiveAdapter } from "../../core/adapters/servingSlots.ts";
import { isEncoderDecoder } from "../../core/architectures/config.ts";
import { openDecoder } from "../../core/inference/tree/decoder.ts";
import { openNamedBase, type Context } from "../context.ts";
import { probeNamed } from "./devices.ts";

export interface AdapterFlag {
  readonly folder: string;
  readonly scale: number;
}

/** The fields of the request that have flags. A position in a file replaces both texts. */
export const completionFlags = completionRequest.pick({
  prefix: true,
  suffix: true,
  maxTokens: true,
  beams: true,
  prior: true,
  draft: true,
});

export interface CompleteFlags
  extends Partial<z.input<typeof completionFlags>>, Partial<z.input<z.ZodObject<typeof contextFields>>> {
  readonly base: string;
  readonly device: DeviceChoice;
  readonly adapter: readonly AdapterFlag[];
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export async function completeCommand(flags: CompleteFlags, context: Context): Promise<void> {
  const startedAt = performance.now();
  const { output, signal } = context;
  const { maxTokens, beams, prior, draft } = flags;
  const cursor = { ...(await readCursor(flags)), maxTokens, beams, prior, draft };
  const repository = await readRepositoryFlags(flags, signal);
  const base = await openNamedBase(flags.base, context);
  for (const { folder } of flags.adapter) {
    const { adapter } = await fitFromFolder(folder, base);
    const warning = adapter && warningOf(adapter, base);
    if (warning !== undefined) output.log.warn(warning);
  }
  const placements = await placementsOf(flags.device, base, context);
  const { contextTokens } = flags;
  const completer = await openCompleterOnDevices(base, placements, {
    contextTokens,
    expected: flags.adapter,
    log: output.log,
  });
  try {
    await completer.useAdapters(flags.adapter);
    const load = performance.now() - startedAt;
    const front = frontFor(flags, repository, cursor, completer.contextTokens);
    const request = readRequest(completionRequest, { ...cursor, ...front }, say`complete`);
    const { text, candidates, tokens, milliseconds, stop } = await completer.complete(request, signal);
    const shown = candidates.length > 1 ? candidates.map((candidate) => candidate.text).join("\n---\n") : text;
    const { device } = completer;
    output.result({ text, candidates, tokens, milliseconds: { ...milliseconds, load }, stop, device }, shown);
  } finally {
    await completer.release();
  }
}

async function placementsOf(
  device: DeviceChoice,
  base: InstalledBase,
  context: Context,
): Promise<readonly Placement[]> {
  await probeNamed(device, base, context);
  const { places, output } = context;
  return await choosePlacements({ device, home: places.home, base: base.hash, log: output.log });
}

/** @throws UserError "option-invalid"; those of reading the folder */
async function readRepositoryFlags(
  { context, repository, file }: CompleteFlags,
  signal: AbortSignal,
): Promise<IndexedRepository | undefined> {
  if (context !== "repository") {
    if (repository === undefined) return undefined;
    const message = "Cannot use --repository without other files in front of the file.";
    throw new UserError("option-invalid", verbatim(message), verbatim("Add --context repository, or leave it out."));
  }
  if (file === undefined) {
    const message = "Cannot choose other files of the repository without a file to complete in.";
    throw new UserError("option-invalid", verbatim(message), verbatim("Give --file with --line and --column."));
  }
  return await indexFolder(repository ?? ".", signal);
}

/** Returns what the model reads in front of the file. */
function frontFor(
  { context, repository: folder = ".", file }: CompleteFlags,
  repository: IndexedRepository | undefined,
  { path, prefix, suffix = "" }: CompletionRequest,
  contextTokens: number,
): RequestFront {
  if (context === "none") return { path: undefined };
  if (!repository) return { path };
  const relativePath = relative(resolve(folder), resolve(file!)).replaceAll("\\", "/");
  return frontOf(repository, { path: relativePath, prefix, suffix }, contextTokens);
}

async function readCursor({ file, line, column, prefix, suffix }: CompleteFlags): Promise<CompletionRequest> {
  if (file === undefined) return { prefix: prefix ?? "", suffix };
  const text = (await readText(file)).replaceAll(/\r\n?/g, "\n");
  const lines = text.split("\n");
  const row = lines[(line ?? 1) - 1];
  if (row === undefined || (column ?? 1) > row.length + 1) {
    const there =
      row === undefined
        ? `the file has ${counted(lines.length, "line")}`
        : `line ${line} has ${counted(row.length, "character")}`;
    const message = `Cannot complete at line ${line}, column ${column} of ${file}: ${there}.`;
    throw new UserError(
      "position-outside",
      verbatim(message),
      verbatim("Give a position in the file; both count from 1."),
    );
  }
  const offset = lines.slice(0, (line ?? 1) - 1).reduce((sum, { length }) => sum + length + 1, 0) + (column ?? 1) - 1;
  return { path: file, prefix: text.slice(0, offset), suffix: text.slice(offset) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readPlainText(path);
  } catch (error) {
    const reason = systemCode(error);
    if (reason === undefined) throw error;
    const why = reason === "ENOENT" ? "there is no such file" : `it cannot be read (${reason})`;
    throw new UserError("file-missing", verbatim(`Cannot complete in ${path}: ${why}.`), verbatim("Check the path."), {
      cause: error,
    });
  }
}

export interface LogitsFlags {
  readonly base: string;
  readonly device: DeviceChoice;
  readonly adapter: readonly AdapterFlag[];
  readonly ids: readonly number[];
  readonly decoderIds?: readonly number[];
}

export async function logitsCommand(
  { base: name, device, adapter, ids, decoderIds }: LogitsFlags,
  context: Context,
): Promise<void> {
  const { output, signal } = context;
  const base = await openNamedBase(name, context);
  const { config } = base;
  const { vocabularySize } = config;
  if (decoderIds && !isEncoderDecoder(config)) {
    const message = `Cannot use --decoder-ids with ${base.name}: it has no encoder.`;
    throw new UserError("option-invalid", verbatim(message), verbatim("Give all ids in --ids."));
  }
  const written = isEncoderDecoder(config) ? (decoderIds ?? [config.startToken]) : ids;
  const outside = [...ids, ...written].find((id) => id >= vocabularySize);
  if (outside !== undefined) {
    const message = `Cannot compute logits for token ${outside}: ${base.name} has ${vocabularySize} tokens.`;
    throw new UserError("token-outside", verbatim(message), verbatim(`Give ids from 0 to ${vocabularySize - 1}.`));
  }
  const active: ActiveAdapter[] = [];
  for (const { folder, scale } of adapter) active.push({ adapter: await readAdapter(folder), scale });
  for (const { adapter: read } of active) checkAdapterFits(read, base);
  const placements = await placementsOf(device, base, context);
  const logits = await withFallback(placements, { log: output.log }, async (placement) => {
    const decoder = await openDecoder(base, { placement, expected: active });
    try {
      decoder.useAdapters(active);
      if (decoder.hasEncoder) {
        await decoder.begin(ids, signal);
        decoder.rewind(0);
      }
      return await decoder.extendAll(written, signal);
    } finally {
      await decoder.release();
    }
  });
  const data = Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength).toString("base64");
  const shape = [written.length, vocabularySize];
  const likeliest = written.map((id, i) => {
    const row = logits.subarray(i * vocabularySize, (i + 1) * vocabularySize);
    const best = row.reduce((top, logit, token) => (logit > row[top]! ? token : top), 0);
    return `${id} → ${best} (${row[best]!.toFixed(4)})`;
  });
  output.result({ shape, data }, likeliest.join("\n"));
}
