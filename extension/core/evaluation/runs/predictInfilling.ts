/**
 * Predicts held-out code from where the run stopped: first the bits of each file, then the editor's completion at each
 * hole.
 */

import { peakMemoryBytes } from "../../foundation/memory/peakMemory.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import type { ContextKind } from "../../completion/context/contextFields.ts";
import type { IndexedRepository } from "../../completion/context/indexedRepository.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Infiller } from "../candidates/candidate.ts";
import { parsesWith } from "../measures/infilling.ts";
import type { Hole } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";
import { contextOf, type ContextOf } from "../context/contextOf.ts";
import type { PhaseControl } from "./progress.ts";
import { tasksOf, type OpenRun } from "./runFolder.ts";
import type { Chunk, Prediction, TextCost } from "./runRecord.ts";

/** The most items that a kill may cost. */
export const chunkSize = 16;

/** The editor's default, more than six lines need. */
const maxTokens = 96;

export interface InfillingTasks {
  /** What the model reads in front of files and holes. */
  readonly kind: ContextKind;
  /** For the kind "repository". */
  readonly repository?: IndexedRepository | undefined;
  readonly files: readonly SourceFile[];
  readonly holes: readonly Hole[];
  readonly options?: Pick<CompletionRequest, "prior" | "draft">;
}

/** @throws the signal's reason once it is aborted; appended predictions stay */
export async function predictInfilling(
  run: Pick<OpenRun, "append" | "chunks">,
  tasks: InfillingTasks,
  infiller: Infiller,
  control: Pick<PhaseControl, "signal" | "onProgress">,
): Promise<void> {
  const done = tasksOf(run.chunks);
  const { files, holes, kind, repository } = tasks;
  const frontOf = contextOf(kind, repository, infiller.contextTokens);
  await inChunks(files, done, async (chunk, first) => {
    const startedAt = performance.now();
    const texts: TextCost[] = [];
    for (const file of chunk) {
      control.signal?.throwIfAborted();
      const contextAfter = repository && ((prefix: string) => frontOf(file, { prefix, suffix: "" }).context ?? []);
      const bits = await infiller.bits(file, { hasPath: kind !== "none", contextAfter, signal: control.signal });
      texts.push({ path: file.path, bits, bytes: Buffer.byteLength(file.text) });
      control.onProgress({ phase: "bits", done: first + texts.length, total: files.length });
    }
    await run.append([], { ...chunkOf(chunk.length, startedAt, 0), texts });
  });
  const complete = await completerAt(infiller, frontOf, tasks.options);
  const phaseStartedAt = performance.now();
  let allWritten = 0;
  await inChunks(holes, Math.max(0, done - files.length), async (chunk, first) => {
    const startedAt = performance.now();
    const predictions: Prediction[] = [];
    let written = 0;
    for (const hole of chunk) {
      const { prediction, tokens } = await complete(hole, control.signal);
      written += tokens;
      allWritten += tokens;
      predictions.push(prediction);
      control.onProgress({
        phase: "infilling",
        done: first + predictions.length,
        total: holes.length,
        tokensPerSecond: allWritten / ((performance.now() - phaseStartedAt) / 1000),
        last: prediction,
      });
    }
    await run.append(predictions, chunkOf(chunk.length, startedAt, written));
  });
}

async function completerAt(
  infiller: Infiller,
  frontOf: ContextOf,
  options: InfillingTasks["options"],
): Promise<(hole: Hole, signal?: AbortSignal) => Promise<{ prediction: Prediction; tokens: number }>> {
  const parser = await openPythonParser();
  return async (hole, signal) => {
    const { file, start, end, kind, place } = hole;
    const { path, text } = file;
    const cursor = { prefix: text.slice(0, start), suffix: text.slice(end) };
    const request = { ...frontOf(file, cursor), ...cursor, ...options, maxTokens };
    const completion = await infiller.complete(request, signal);
    const before = text.slice(0, start).split("\n");
    const [line, column] = [before.length, before.at(-1)!.length + 1];
    const parses = parsesWith(hole, completion.text, parser);
    const prediction = {
      id: `${path}:${line}:${column}`,
      predictions: [completion.text],
      reference: text.slice(start, end),
      hole: { kind, place, path, line, column, parses },
    };
    return { prediction, tokens: completion.tokens };
  };
}

export function chunkOf(tasks: number, startedAt: number, tokens: number): Omit<Chunk, "bytes"> {
  return {
    tasks,
    tokens,
    seconds: (performance.now() - startedAt) / 1000,
    shortened: 0,
    problems: [],
    peakMemoryBytes: peakMemoryBytes(),
  };
}

/** Yields the items from number `done` on, in chunks whose bounds do not depend on where a run stopped. */
async function inChunks<T>(
  items: readonly T[],
  done: number,
  work: (chunk: readonly T[], first: number) => Promise<void>,
): Promise<void> {
  for (let first = done; first < items.length; first += chunkSize) {
    await work(items.slice(first, first + chunkSize), first);
  }
}
