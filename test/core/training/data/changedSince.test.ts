/** What a training on changed files reads, keeps for its trial and validates on. */

import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { unchangedSince } from "../../../../extension/core/dataset/pythonFolder.ts";
import { toSequences, type Sequences } from "../../../../extension/core/dataset/sequence.ts";
import { readHeldOutFiles } from "../../../../extension/core/training/data/heldOutFiles.ts";
import { openTrainingData } from "../../../../extension/core/training/data/trainingData.ts";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { git } from "../../../git.ts";
import { characters, shown } from "../../completion/fakes.ts";

let folder: string;
let project: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-changed-"));
  project = join(folder, "project");
  await mkdir(project);
});
afterEach(() => rm(folder, { recursive: true }));

const longAgo = new Date("2020-01-01T00:00:00Z");
async function write(names: readonly string[], when?: Date): Promise<string[]> {
  const paths = names.map((name) => join(project, `${name}.py`));
  for (const [i, path] of paths.entries()) {
    await writeFile(path, `${names[i]} = "a value of ${names[i]}"\n`);
    if (when) await utimes(path, when, when);
  }
  return paths;
}
const named = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);

/** The names in the files that are trained on, validated on and tried. */
async function readAs(options: Partial<TrainOptions>): Promise<Record<string, string[]>> {
  const all = { base: "", home: "", embedded: "", out: "", data: [project], dataFolder: "", ...options };
  const data = await openTrainingData(
    { changedSince: "2024-01-01T00:00", ...all },
    { seed: 42, fillShare: 0, maxLength: 200 },
    { sequencesOf: (example) => toSequences(example, characters, 200) },
    folder,
    { log: silentLog },
  );
  const tried = (await readHeldOutFiles(folder)).map(({ text }) => text);
  const namesIn = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => /(\w+) = "a value/.exec(text)?.[1] ?? []).toSorted();
  const textsOf = (sequences: Sequences): string[] =>
    Array.from({ length: sequences.length }, (_, i) => shown(sequences.at(i)!.ids));
  const names = {
    trained: namesIn(textsOf(data.training)),
    validated: namesIn(textsOf(data.validation)),
    tried: namesIn(tried),
  };
  data.release();
  return names;
}

describe("a training on changed files", () => {
  test("holds out a share of the changed ones, although they are the newest of all", async () => {
    git(project, "init", "-q");
    await write(named("old", 40), longAgo);
    git(project, "add", "-A");
    git(project, "commit", "-q", "-m", "Old");
    await write(named("new", 4));
    git(project, "add", "-A");
    git(project, "commit", "-q", "-m", "New");
    const { trained, validated, tried } = await readAs({ validation: "0.25" });
    expect(validated).toHaveLength(1);
    expect([...trained!, ...validated!].filter((name) => name.startsWith("new"))).toHaveLength(4);
    expect(tried!.filter((name) => name.startsWith("old"))).toHaveLength(39);
    expect(tried).toEqual(expect.arrayContaining(validated!));
  });

  test("leaves half of the unchanged ones to the trial, and a single one", async () => {
    await write(named("new", 60));
    await write(named("old", 4), longAgo);
    const { trained, tried } = await readAs({});
    expect([trained!.length, tried!.length]).toEqual([62, 2]);
    for (const name of named("old", 3)) await rm(join(project, `${name}.py`));
    expect((await readAs({}))["tried"]).toEqual(["old3"]);
  });

  test("files on their own count as those of folders", async () => {
    const [old] = await write(["old"], longAgo);
    const [changed] = await write(["new"]);
    expect(await readAs({ data: [old!, changed!] })).toMatchObject({ trained: ["new"], tried: ["old"] });
    await expect(readAs({ data: [old!] })).rejects.toMatchObject({ code: "nothing-changed" });
  });

  test("a changed file with a secret is neither learned nor kept for the trial", async () => {
    await write(named("old", 3), longAgo);
    await write(["new"]);
    for (const name of ["leaked", "leaked_long_ago"]) {
      const path = join(project, `${name}.py`);
      await writeFile(path, `${name} = "a value"\ntoken = "ghp_${"a1B2".repeat(9)}"\n`);
      if (name !== "leaked") await utimes(path, longAgo, longAgo);
    }
    const names = Object.values(await readAs({})).flat();
    expect(names.filter((name) => name.startsWith("leaked"))).toEqual([]);
    expect(names).toContain("new");
  });

  test("is refused before it begins where it must be tried and every file has changed", async () => {
    await write(named("new", 5));
    await expect(readAs({ mustBeTried: true })).rejects.toMatchObject({ code: "data-too-small" });
    expect((await readAs({}))["trained"]).toHaveLength(5);
  });
});

test("a file that vanishes while it is read has changed; all readings say the same", async () => {
  const [old] = await write(["old"], longAgo);
  const isUnchanged = unchangedSince("2024-01-01T00:00");
  expect(await isUnchanged(old!, "")).toBe(true);
  await rm(old!);
  expect(await isUnchanged(old!, "")).toBe(true);
  expect(await unchangedSince("2024-01-01T00:00")(old!, "")).toBe(false);
});

test("a file that is edited between two readings stays what it was in the first", async () => {
  const [fresh] = await write(["fresh"]);
  const isUnchanged = unchangedSince("2024-01-01T00:00", (text) => text === "learned");
  expect(await isUnchanged(fresh!, "learned")).toBe(true);
  expect(await isUnchanged(fresh!, "edited")).toBe(true);
});
