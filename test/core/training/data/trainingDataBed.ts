/** Training data of small files, opened in a new folder for each test; a token is a character. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { silentLog, type Log } from "../../../../extension/core/foundation/log.ts";
import { toSequences, type Sequences } from "../../../../extension/core/dataset/sequence.ts";
import {
  openTrainingData,
  type Encoders,
  type NewTrainingData,
} from "../../../../extension/core/training/data/trainingData.ts";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { characters, shown } from "../../completion/fakes.ts";

export interface TrainingDataBed {
  readonly folder: string;
  /** The warnings that were logged. */
  readonly warnings: readonly string[];
  /** Writes rows into a file of the folder, and returns its path. */
  put(name: string, rows: readonly object[]): Promise<string>;
  opened(
    options: Partial<TrainOptions>,
    control?: { signal?: AbortSignal; fillShare?: number } & Pick<Encoders, "requestsOf">,
  ): Promise<NewTrainingData>;
}

export function trainingDataBed(): TrainingDataBed {
  let folder: string;
  let warnings: string[];
  const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-training-data-"));
    warnings = [];
  });
  afterEach(() => rm(folder, { recursive: true }));
  return {
    get folder() {
      return folder;
    },
    get warnings() {
      return warnings;
    },
    async put(name, rows) {
      const path = join(folder, name);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      return path;
    },
    async opened(options, { signal, fillShare = 0.5, requestsOf } = {}) {
      const places = { base: "", home: "", embedded: "", out: "", dataFolder: join(folder, "papers") };
      return await openTrainingData(
        { ...places, data: [], ...options },
        { seed: 42, fillShare, maxLength: 200 },
        { sequencesOf: (example) => toSequences(example, characters, 200), ...(requestsOf && { requestsOf }) },
        folder,
        { log, signal },
      );
    },
  };
}

export const pairs = (count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, i) => ({ intent: `add ${from + i}`, code: `x + ${from + i}` }));

export const texts = (sequences: Sequences): string[] =>
  Array.from({ length: sequences.length }, (_, i) => shown(sequences.at(i)!.ids));
