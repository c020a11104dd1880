/** Exported studies run again elsewhere, and hold nothing private. */

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { silentLog } from "../../../../../extension/core/foundation/log.ts";
import { exportStudy } from "../../../../../extension/core/evaluation/study/export/exportStudy.ts";
import { runStudy } from "../../../../../extension/core/evaluation/study/runStudy.ts";
import { readStudy } from "../../../../../extension/core/evaluation/study/studyFile.ts";
import { reportStudy } from "../../../../../extension/core/evaluation/study/studyReport.ts";
import { tinyStudies } from "../tinyStudies.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { at, placesOf, studyOf } = tinyStudies();
const control = { log: silentLog };

test("an exported study, run again on a machine that has nothing, gives equal scores and tables", async () => {
  await mkdir(at("sources"));
  await cp(at("suite.jsonl"), at("sources", "suite.jsonl"));
  const study = studyOf({
    suites: [{ source: at("sources", "suite.jsonl"), examples: at("sources", "suite.jsonl"), limit: 25 }],
  });
  const places = placesOf("first");
  const { plan } = await runStudy({ study, ...places }, control);
  const report = await reportStudy(plan, places.home);
  await exportStudy({ study, plan, report }, at("export"), places);
  expect((await readdir(at("export"))).toSorted().join(" ")).toBe(
    "README.md charts inputs results.json runs study.json tables.csv tables.md tables.tex tests.csv",
  );
  await expect(exportStudy({ study, plan, report }, at("export"), places)).rejects.toMatchObject({
    code: "study-exists",
  });
  await rm(at("sources"), { recursive: true });
  const moved = at("moved");
  await cp(at("export"), moved, { recursive: true });
  await rm(at("export"), { recursive: true });

  const again = await readStudy(join(moved, "study.json"));
  expect(again.expected).toHaveLength(4);
  const second = await runStudy({ study: again, ...placesOf("second") }, control);
  expect(second.plan.runs.map(({ id }) => id)).toEqual(plan.runs.map(({ id }) => id));
  const repeated = await reportStudy(second.plan, at("second"));
  const figures = (of: typeof report): unknown =>
    of.suites.map(({ rows, tests }) => [rows.map(({ scores, marks }) => [scores, marks]), tests]);
  expect(figures(repeated)).toEqual(figures(report));
  const exported = JSON.parse(await readFile(join(moved, "results.json"), "utf8")) as typeof report;
  expect(figures(exported)).toEqual(figures(JSON.parse(JSON.stringify(repeated)) as typeof report));
});

test("an exported folder of sources holds no ignored files, and none with secrets", async () => {
  const files = {
    ".gitignore": "mine_local.py\n",
    "a.py": "a = 1\n",
    "broken.py": "def (\n",
    "config.json": "{}",
    "mine_local.py": "b = 2\n",
    "settings.py": 'DB_PASSWORD = "maple-otter-77"\n',
  };
  await mkdir(at("code"));
  for (const [name, text] of Object.entries(files)) await writeFile(at("code", name), text);
  const study = studyOf({ suites: [{ source: at("code") }] });
  const title = study.title;
  const exported = { study, plan: { title, runs: [], notes: [] }, report: { title, suites: [] } };
  await exportStudy(exported, at("export-of-code"), placesOf("code-home"));
  expect(await readdir(at("export-of-code", "inputs", "1", "code"))).toEqual(["a.py", "broken.py"]);
});

test("an export has of models, files and rows only what an evaluation reads, without secrets", async () => {
  const secret = `DB_PASSWORD = "${["maple-otter", "77"].join("-")}"\n`;
  await cp(at("tiny"), at("named"), { recursive: true });
  const files: Record<string, string> = {
    "named/.env": secret,
    "named/id_rsa": "key",
    "named/.git/config": "x",
    "named/train.py": "x = 1\n",
    "not-a-model/.env": secret,
    "not-a-model/config.json": "{}",
    "adapter/adapter_config.json": "{}",
    "adapter/adapter_model.safetensors": "x",
    "adapter/notes.txt": "x",
    "one/clean.py": "x = 1\n",
    "one/secret.py": secret,
    "one/rows.jsonl": [secret, "x = 1\n"].map((text) => JSON.stringify({ path: "a.py", text })).join("\n"),
    "one/id_ed25519": "key",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  }
  const study = studyOf({
    suites: ["clean.py", "secret.py", "rows.jsonl", "id_ed25519"].map((name) => ({ source: at("one", name) })),
    candidates: [
      { base: at("named"), adapters: [{ folder: at("adapter") }] },
      { base: at("not-a-model"), encoder: at("one") },
    ],
  });
  const { title } = study;
  const exported = { study, plan: { title, runs: [], notes: [] }, report: { title, suites: [] } };
  await exportStudy(exported, at("export-of-inputs"), placesOf("inputs-home"));
  const copied = await readdir(at("export-of-inputs/inputs"), { recursive: true, withFileTypes: true });
  expect(
    copied
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(
    [
      ...(await readdir(at("tiny"))),
      "adapter_config.json",
      "adapter_model.safetensors",
      "clean.py",
      "rows.jsonl",
    ].sort(),
  );
  expect(await readFile(at("export-of-inputs/inputs/3/rows.jsonl"), "utf8")).toBe(
    '{"path":"a.py","text":"x = 1\\n"}\n',
  );
  const readme = await readFile(at("export-of-inputs/README.md"), "utf8");
  expect(readme.slice(readme.indexOf("## Left out")).split("\n").slice(2)).toEqual([
    "- inputs/2/secret.py: The file contains a secret in line 1.",
    "- inputs/3/rows.jsonl: one row holds a secret",
    "- inputs/4/id_ed25519: it is no file of data",
    "- inputs/7/one: it is no base, adapter or encoder",
    "- inputs/8/not-a-model: it is no base, adapter or encoder",
    "",
  ]);
});

test("an export has no rows that nobody can search, and none with a secret in two fields, under a name or in Parquet", async () => {
  const password = ["maple-otter", "77"].join("-");
  const rows = {
    broken: `{"text":"x = 1\\n"}\n{"text":"PASSWORD = \\"${password}\\"\n["${password}"]\n`,
    split: `{"prompt":"PASSWORD = \\"","canonical_solution":"${password}\\""}\n{"prompt":"a","canonical_solution":"b"}`,
    named: `{"text":"x","db_password":"${password}"}`,
    twice: `{"text":"PASSWORD = '${password}'","text":"x"}`,
    clean: '{"text":  "x"}\n\n',
  };
  await mkdir(at("rows"));
  for (const [name, text] of Object.entries(rows)) await writeFile(at("rows", `${name}.jsonl`), text);
  const parquet = await readFile(
    join(import.meta.dirname, "../../../../fixtures/benchmarks/repobench.parquet"),
    "latin1",
  );
  const planted = parquet.replaceAll("    return price.amount + rest", `    password="${password}" `);
  expect(planted).not.toBe(parquet);
  await writeFile(at("rows", "planted.parquet"), planted, "latin1");
  await writeFile(at("rows", "damaged.parquet"), planted.slice(9), "latin1");
  await writeFile(at("rows", "clean.parquet"), parquet, "latin1");
  const names = [...Object.keys(rows).map((name) => `${name}.jsonl`), "planted.parquet", "damaged.parquet"];
  const study = studyOf({ suites: [...names, "clean.parquet"].map((name) => ({ source: at("rows", name) })) });
  const { title } = study;
  const exported = { study, plan: { title, runs: [], notes: [] }, report: { title, suites: [] } };
  await exportStudy(exported, at("export-of-rows"), placesOf("rows-home"));
  const copied = await readdir(at("export-of-rows"), { recursive: true, withFileTypes: true });
  for (const entry of copied.filter((one) => one.isFile())) {
    expect(await readFile(join(entry.parentPath, entry.name), "latin1"), entry.name).not.toContain(password);
  }
  const inputs = at("export-of-rows", "inputs");
  expect(await readFile(join(inputs, "1", "broken.jsonl"), "utf8")).toBe('{"text":"x = 1\\n"}\n');
  expect(await readFile(join(inputs, "2", "split.jsonl"), "utf8")).toBe('{"prompt":"a","canonical_solution":"b"}\n');
  expect(await readFile(join(inputs, "5", "clean.jsonl"), "utf8")).toBe(rows.clean);
  expect(await readFile(join(inputs, "8", "clean.parquet"), "latin1")).toBe(parquet);
  const readme = await readFile(at("export-of-rows/README.md"), "utf8");
  expect(readme.slice(readme.indexOf("## Left out")).split("\n").slice(2)).toEqual([
    "- inputs/1/broken.jsonl: 2 rows cannot be read",
    "- inputs/2/split.jsonl: one row holds a secret",
    "- inputs/3/named.jsonl: one row holds a secret",
    "- inputs/4/twice.jsonl: one row holds a secret",
    "- inputs/6/planted.parquet: 3 rows hold a secret",
    "- inputs/7/damaged.parquet: it cannot be read",
    "",
  ]);
});
