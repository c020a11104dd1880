/** Studies of tiny bases of random weights. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { studySchema, type Study } from "../../../../extension/core/evaluation/study/studyFile.ts";
import type { StudyPlaces } from "../../../../extension/core/evaluation/study/studyPlaces.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

export interface TinyStudies {
  /** Returns a path in the folder of this file's tests. */
  at(...path: string[]): string;
  placesOf(home: string): StudyPlaces;
  /** Returns a study of three candidates on `suite.jsonl`, with `more` in it. */
  studyOf(more?: object): Study;
  /** Tasks of the suite. */
  readonly tasks: number;
}

/** Makes the bases `tiny` and `other` and the suite before the tests of a file, and removes them after the last. */
export function tinyStudies(): TinyStudies {
  const tasks = 70;
  let folder: string;
  const at = (...path: string[]): string => join(folder, ...path);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-studies-"));
    await writeTinyCheckpoint(at("tiny"));
    await writeTinyCheckpoint(at("other"), { seed: 2 });
    const rows = Array.from({ length: tasks }, (_, i) => ({ id: `task ${i}`, intent: `add ${i}`, code: `x + ${i}` }));
    await writeFile(at("suite.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    at,
    tasks,
    placesOf: (home) => ({ home: at(home), embedded: at("tiny"), dataFolder: folder }),
    studyOf: (more = {}) =>
      studySchema.parse({
        format: 1,
        title: "Tiny",
        suites: [{ source: at("suite.jsonl"), examples: at("suite.jsonl") }],
        candidates: [
          { name: "one", base: at("tiny") },
          { name: "other", base: at("other") },
          { name: "drawn", base: at("tiny"), mode: "icl", seeds: [1, 2] },
        ],
        decoding: { beams: 2 },
        ...more,
      }),
  };
}
