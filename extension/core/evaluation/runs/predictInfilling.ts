/**
 * The quality report: contenders one after the other over the same held-out files and spots. It opens, asks and measures;
 * what a contender is, and how figures are shown, is for others.
 */

import { seededRandom } from "../../foundation/random.ts";
import type { Problem } from "../../dataset/example.ts";
import type { Estimate } from "../measures/estimate.ts";
import type { Contender } from "./contender.ts";
import { drawSpots, spotKinds, type SpotKind } from "./drawSpots.ts";
import { bitsPerByte, judgeFill, scoreFills, type Fill, type FillScores } from "./fillScores.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Place } from "./spots.ts";
import type { HeldOut } from "./heldOut.ts";

/** Opened when its turn comes and released after, so that only one takes memory. */
export interface Entrant {
  readonly name: string;
  open(control: { signal?: AbortSignal | undefined; onProgress: OnOpening }): Promise<Contender>;
}

/** Of what opening takes, such as counting n-grams. */
type OnOpening = (progress: { readonly phase: string; readonly done: number; readonly total?: number }) => void;

export interface EvaluateOptions {
  /** Spots of each kind, and files for bits per byte; without it 500 spots and all files. */
  readonly limit?: number | undefined;
  readonly seed: number;
}

export interface EvaluateControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluateProgress) => void) | undefined;
  /** Waited for. */
  readonly onFill?: ((name: string, fill: Fill) => Promise<void>) | undefined;
}

export interface EvaluateProgress {
  readonly contender: string;
  /** "bits" counts files, "fills" spots; before them come the phases of opening the contender, if it takes long. */
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
  /** To the end of the phase. */
  readonly etaSeconds?: number;
}

export type KindScores = FillScores & { readonly places: Readonly<Partial<Record<Place, FillScores>>> };

export interface ContenderReport {
  readonly name: string;
  /** Of the held-out text in UTF-8. */
  readonly bitsPerByte: Estimate;
  readonly fills: Readonly<Record<SpotKind, KindScores>>;
}

export interface FillReport {
  readonly files: number;
  readonly bytes: number;
  readonly spots: number;
  readonly contenders: readonly ContenderReport[];
  readonly problems: readonly Problem[];
}

const defaultSpots = 500;
/** The editor's default; more than six lines have. */
const maxTokens = 96;

/** @throws the signal's reason once it is aborted; UserErrors of opening a contender */
export async function evaluateFills(
  suite: HeldOut,
  entrants: readonly Entrant[],
  { limit, seed }: EvaluateOptions,
  { signal, onProgress, onFill }: EvaluateControl = {},
): Promise<FillReport> {
  const parser = await openPythonParser();
  const { spots, problems } = await drawSpots(suite.files, parser, { count: limit ?? defaultSpots, seed, signal });
  const files = seededRandom(seed, "texts").shuffled(suite.files).slice(0, limit);
  const sizes = files.map(({ text }) => Buffer.byteLength(text));
  const contenders: ContenderReport[] = [];
  for (const entrant of entrants) {
    const { name } = entrant;
    const tell = timed((progress) => onProgress?.({ contender: name, ...progress }));
    const contender = await entrant.open({ signal, onProgress: tell });
    try {
      const costs: [number, number][] = [];
      for (const [i, file] of files.entries()) {
        signal?.throwIfAborted();
        costs.push([await contender.bits(file, signal), sizes[i]!]);
        tell({ phase: "bits", done: i + 1, total: files.length });
      }
      const fills: Fill[] = [];
      for (const [i, spot] of spots.entries()) {
        const { path, text } = spot.file;
        const request = { path, prefix: text.slice(0, spot.start), suffix: text.slice(spot.end), maxTokens };
        const fill = judgeFill(spot, (await contender.complete(request, signal)).text, parser);
        fills.push(fill);
        await onFill?.(name, fill);
        tell({ phase: "fills", done: i + 1, total: spots.length });
      }
      const random = seededRandom(seed, "resamples");
      const kinds = spotKinds.map((kind) => [
        kind,
        scoreKind(
          fills.filter(({ spot }) => spot.kind === kind),
          random,
        ),
      ]);
      contenders.push({
        name,
        bitsPerByte: bitsPerByte(costs, random),
        fills: Object.fromEntries(kinds) as Record<SpotKind, KindScores>,
      });
    } finally {
      await contender.release();
    }
  }
  return {
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    spots: spots.length,
    contenders,
    problems: [...suite.problems, ...problems],
  };
}

function scoreKind(fills: readonly Fill[], random: ReturnType<typeof seededRandom>): KindScores {
  const places = [...new Set(fills.map(({ spot }) => spot.place))].toSorted();
  const scored = places.map((place) => [
    place,
    scoreFills(
      fills.filter(({ spot }) => spot.place === place),
      random,
    ),
  ]);
  return { ...scoreFills(fills, random), places: Object.fromEntries(scored) as KindScores["places"] };
}

/** Adds the time that is left of a phase, from the pace so far. */
function timed(tell: (progress: Omit<EvaluateProgress, "contender">) => void): OnOpening {
  let [phase, startedAt] = ["", 0];
  return (progress) => {
    const now = performance.now();
    if (progress.phase !== phase) [phase, startedAt] = [progress.phase, now];
    const { done, total } = progress;
    const isKnown = total !== undefined && done > 0 && now > startedAt;
    tell({ ...progress, ...(isKnown && { etaSeconds: ((now - startedAt) / 1000 / done) * (total - done) }) });
  };
}
