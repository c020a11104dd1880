import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { adapterStudy, paperStudy } from "../../../../extension/core/evaluation/study/readyStudies.ts";
import {
  readStudy,
  studySchema,
  withPaths,
  writeStudy,
  type Study,
} from "../../../../extension/core/evaluation/study/studyFile.ts";
import { studyFromForm } from "../../../../extension/vscode/study/studyFromForm.ts";
import type { StudyForm } from "../../../../webview/protocol/study.ts";
import { studyName, studyPathOf } from "../../../../extension/core/evaluation/study/studyNames.ts";
import { studyRuns } from "../../../../extension/core/evaluation/study/studyRuns.ts";

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-study-"));
  await writeFile(at("pairs.jsonl"), '{"intent": "a", "code": "b"}\n');
  await writeFile(at("tests.jsonl"), '{"task_id": 1, "text": "x", "test_list": ["assert x"]}\n');
  await writeFile(at("code.py"), "x = 1\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const places = { home: "/home", embedded: "/embedded", dataFolder: "/data" };
const study = (more: object): object => ({ format: 1, title: "Mine", suites: [{ source: "pairs.jsonl" }], ...more });

test("readStudy reads paths relative to the file, and leaves names as they are", async () => {
  const candidates = [{ base: "graft-base" }, { base: "./base", adapters: [{ folder: "sql" }], repository: "." }];
  await writeFile(
    at("a.json"),
    JSON.stringify(study({ suites: [{ source: "conala" }, { source: "pairs.jsonl" }], candidates })),
  );
  const read = await readStudy(at("a.json"));
  expect(read.suites).toEqual([{ source: "conala" }, { source: at("pairs.jsonl") }]);
  expect(read.candidates).toEqual([
    { base: "graft-base" },
    { base: at("base"), adapters: [{ folder: at("sql"), scale: 1 }], repository: folder },
  ]);
  await writeStudy(at("b.json"), read);
  expect(await readStudy(at("b.json"))).toEqual(read);
});

test.each([
  ["0.1", "0.1"],
  ["conala", "conala"],
  ["held.jsonl", "/there/held.jsonl"],
])("paths of a training are found, and validation by %j is %j", (validation, found) => {
  const training = { method: "lora", data: ["conala", "own"], validation, init: "first" };
  const made = studySchema.parse(study({ candidates: [{ training }] }));
  const [candidate] = withPaths(made, (path) => `/there/${path}`).candidates;
  expect(candidate!.training).toEqual({
    ...training,
    data: ["conala", "/there/own"],
    validation: found,
    init: "/there/first",
  });
});

test.each([
  [study({ candidates: [{ mod: "icl" }] }), /candidates\[0\]: .*mod/],
  [study({ candidates: [] }), /candidates: /],
  [study({ candidates: [{ training: { method: "lora", data: ["conala"], speed: 9 } }] }), /no setting speed/],
  [study({ candidates: [{ training: { method: "lora", data: ["conala"], toString: 9 } }] }), /no setting toString/],
  [
    study({ candidates: [{ training: { method: "lora", data: ["conala"], rank: -1 } }] }),
    /candidates\[0\]\.training\.rank: it must be a whole number from 1 to 1024/,
  ],
  [
    study({ candidates: [{ training: { method: "lora", data: ["conala"], schedule: "cubic" } }] }),
    /training\.schedule: it must be .*linear/,
  ],
  [
    study({ candidates: [{ training: { method: "ia3", data: ["conala"], rank: 4, alpha: 8 } }] }),
    /training: has no setting rank, alpha for the method ia3/,
  ],
  [study({ candidates: [{}], seeds: [], limit: 0 }), /limit: .*; seeds: /],
  [study({ candidates: [{}], decoding: { samples: 9e15 } }), /decoding\.samples: .*1000/],
  [study({ candidates: [{}], decoding: { temperature: 1e308 } }), /decoding\.temperature: .*100/],
  [
    study({ candidates: Array.from({ length: 50 }, () => ({})), seeds: Array.from({ length: 41 }, (_, seed) => seed) }),
    /2050 runs.* limit is 2000/,
  ],
  [study({ candidates: [{ shots: 0 }] }), /candidates\[0\]\.shots/],
])("readStudy names what is wrong with %j", async (content, message) => {
  await writeFile(at("bad.json"), JSON.stringify(content));
  await expect(readStudy(at("bad.json"))).rejects.toMatchObject({
    code: "study-invalid",
    message: expect.stringMatching(message),
  });
});

test.each([
  ["a text", "hunter2 is the password"],
  ["JSON of another kind", '{"hunter2": 1}'],
  ["JSON that is no object", '["hunter2"]'],
  ["a torn study", '{"hunter2": 1,'],
])("readStudy quotes nothing of %s", async (_, content) => {
  await writeFile(at("other"), content);
  const error = await readStudy(at("other")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "study-invalid",
    message: expect.stringMatching(/: it is (not valid JSON|no study)/),
  });
  expect(inspect(error)).not.toContain("hunter2");
});

test("a training stays as it was written: its defaults are no part of the file", () => {
  const training = { method: "lora", data: ["conala"], rank: 4 };
  expect(studySchema.parse(study({ candidates: [{ training }] })).candidates[0]!.training).toEqual(training);
});

test.skipIf(process.platform === "win32")("readStudy says what else a path is", async () => {
  await symlink(at("circle.json"), at("circle.json"));
  for (const [path, reason] of [
    [folder, "it is a folder"],
    [at("circle.json"), "its links lead in a circle"],
  ] as const) {
    const message = `Cannot read the study ${path}: ${reason}.`;
    await expect(readStudy(path)).rejects.toMatchObject({ code: "study-missing", message });
  }
});

test("readStudy tells a missing study from a broken one", async () => {
  await expect(readStudy(at("none.json"))).rejects.toMatchObject({ code: "study-missing" });
  await writeFile(at("torn.json"), '{"format": 1,');
  await expect(readStudy(at("torn.json"))).rejects.toMatchObject({ code: "study-invalid" });
});

test("studyRuns has a run for each seed that decides something, and one where none does", async () => {
  const candidates = [{}, { mode: "icl" }, { mode: "rag" }, { context: "repository" }];
  const suites = ["pairs.jsonl", "tests.jsonl", "code.py"].map((source) => ({ source: at(source) }));
  const parsed = studySchema.parse(study({ suites, candidates, seeds: [1, 2], limit: 7 }));
  const { runs, leftOut } = await studyRuns(parsed, places);
  expect(runs.map(({ suite, candidate, seed }) => `${suite} ${candidate} ${seed}`)).toEqual([
    // Pairs: seeds draw examples only.
    "0 0 1",
    "0 1 1",
    "0 1 2",
    "0 2 1",
    // Suites with tests draw samples, held-out code draws holes.
    "1 0 1",
    "1 0 2",
    "2 0 1",
    "2 0 2",
    "2 3 1",
    "2 3 2",
  ]);
  expect(leftOut.map(({ suite, candidate, ...why }) => `${suite} ${candidate} ${"problem" in why}`)).toEqual([
    "0 3 false",
    "1 1 false",
    "1 2 false",
    "1 3 false",
    "2 1 false",
    "2 2 false",
  ]);
  expect(runs[1]!.options).toEqual({
    ...places,
    base: "",
    adapters: [],
    suite: at("pairs.jsonl"),
    limit: 7,
    protocol: "graft",
    mode: "icl",
    seed: 1,
  });
  expect(runs.at(-1)!.options).toMatchObject({ context: "repository", seed: 2 });
  expect(runs.at(-1)!.options).not.toHaveProperty("protocol");
});

test("studyRuns lists a suite that cannot be read as a problem, and keeps the others", async () => {
  const suites = [{ source: at("gone.jsonl") }, { source: at("pairs.jsonl") }];
  const { runs, leftOut } = await studyRuns(studySchema.parse(study({ suites, candidates: [{}] })), places);
  expect(runs.map(({ suite }) => suite)).toEqual([1]);
  expect(leftOut.map(({ suite, ...why }) => [suite, "problem" in why && english(why.problem.message)])).toEqual([
    [0, expect.stringContaining("gone.jsonl")],
  ]);
});

test("the paper's questions train each method on each data set, and draw examples with the paper's seeds", () => {
  const { candidates, protocol, title } = paperStudy({ suites: ["conala", "codealpacapy"] });
  expect(title).toBe("The paper's questions");
  expect(paperStudy({ suites: ["conala"], limit: 20 })).toMatchObject({
    title: "The paper's questions, first 20 tasks",
    limit: 20,
  });
  expect(protocol).toBe("paper-v2");
  expect(candidates.map(({ name }) => name)).toEqual([
    "zero-shot",
    ...["lora", "ia3", "prompt", "prefix", "full"].map((method) => `${method}-conala`),
    ...["lora", "ia3", "prompt", "prefix", "full"].map((method) => `${method}-codealpacapy`),
    "lora-joint",
    ...[1, 2, 3].map((count) => `RAG, ${count}`),
    ...[1, 2, 3].map((count) => `ICL, ${count}`),
  ]);
  expect(candidates.at(-1)!.seeds).toEqual([42, 777, 5432, 55555, 97]);
});

test("an adapter is compared with and without the repository", () => {
  const made = adapterStudy({ adapter: "/a/sql", name: "sql", base: "", suite: "/code", isCode: true });
  expect(made.candidates.map(({ adapters = [], context }) => [adapters.length, context])).toEqual([
    [0, undefined],
    [1, undefined],
    [0, "repository"],
    [1, "repository"],
  ]);
  const moved = withPaths(made, (path) => `/moved${path}`);
  expect([moved.suites[0]!.source, moved.candidates[1]!.adapters![0]!.folder]).toEqual(["/moved/code", "/moved/a/sql"]);
});

test("derived names and titles are cut to what a study can have, and too much is refused in words", () => {
  const name = "n".repeat(120);
  const { title, candidates } = adapterStudy({ adapter: "/a", name, base: "", suite: "/code", isCode: true });
  expect(title).toMatch(/^Is n+… better\?$/);
  expect(candidates.map((each) => each.name!.replace(/n+…/, "N"))).toEqual([
    "without an adapter",
    "N",
    "without an adapter, with the repository",
    "N, with the repository",
  ]);
  const form: StudyForm = {
    title: "t",
    suites: ["/a.py"],
    examples: "",
    hasBase: true,
    adapters: [name],
    bases: [],
    drawn: [],
    nearest: [],
    encoder: "",
    hasRepository: true,
    protocol: "graft",
    decoding: "beams",
    seeds: [1],
  };
  const places = { library: "/lib", base: "b", repository: undefined };
  const of = (more: Partial<StudyForm>): Study => studyFromForm({ ...form, ...more }, places);
  expect(of({}).candidates.at(-1)).toMatchObject({
    name: expect.stringMatching(/^n+… \+ repository$/),
    adapters: [{ folder: join("/lib", name) }],
  });
  expect(() => of({ title: "x".repeat(101) })).toThrow(
    expect.objectContaining({
      code: "study-invalid",
      message: expect.stringMatching(/^Cannot make the study: title: /),
    }),
  );
});

test("the paper's questions are about the base that is given", () => {
  const { candidates } = paperStudy({ suites: ["conala"], base: "mine" });
  expect(new Set(candidates.map(({ base }) => base))).toEqual(new Set(["mine"]));
});

test.each(["../studies", "..\\x", "/etc/passwd", "a/b", "a\0b", ""])("studyPathOf refuses %j", (name) => {
  expect(() => studyPathOf("/home", name)).toThrow(expect.objectContaining({ code: "study-missing" }));
});

test("a study is named after its title, by a name that Windows can have, too", () => {
  expect(studyPathOf("/home", "..")).toBe(join("/home", "studies", "...json"));
  expect(studyName("Is sql better?")).toBe("is-sql-better");
  expect(studyName("研究 1")).toBe("研究-1");
  expect([studyName("CON"), studyName("?"), studyName("a".repeat(59) + " b")]).toEqual([
    "con-study",
    "study",
    "a".repeat(59),
  ]);
});
