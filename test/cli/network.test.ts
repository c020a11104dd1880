/**
 * Only the import of a hub address ever opens a connection. Everything else runs where connections are refused and logged
 * (networkGuard.ts), and in a separate network namespace, in which the kernel counts the attempts of native code. Nothing is stored to be
 * sent later, either.
 */

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { openTokenizer } from "../../extension/core/tokenizer/tokenizer.ts";
import { createCompletionClient } from "../../extension/engine/client.ts";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { start, type Outcome } from "./run.ts";
import { needs } from "../needs.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let guarded: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-network-"));
  const guard = pathToFileURL(join(import.meta.dirname, "networkGuard.ts")).href;
  guarded = {
    GRAFT_HOME: at("home"),
    GRAFT_DATA: at("data"),
    GRAFT_ATTEMPTS: at("attempts"),
    // ONNX Runtime would keep an identifier of the user in HOME, and events until it can send them, unless it detects a CI.
    HOME: at("user"),
    XDG_CACHE_HOME: "",
    ORT_DISABLE_TELEMETRY: "",
    CI: "",
    GITHUB_ACTIONS: "",
    TF_BUILD: "",
    NODE_OPTIONS: `--import ${guard}`,
  };
  await mkdir(at("user"));
  await writeTinyCheckpoint(at("tiny"));
  const rows = Array.from({ length: 8 }, (_, i) => ({ intent: `add ${i} to x`, code: `x = x + ${i}` }));
  await writeFile(at("predictions.jsonl"), '{"id": "1", "predictions": ["x = 1"]}\n');
  await writeFile(at("references.jsonl"), '{"id": "1", "reference": "x = 2"}\n');
  await writeFile(
    at("suite.py"),
    'def add(first, second):\n    """The sum."""\n    return first + second\n'.repeat(20),
  );
  await writeFile(at("pairs.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => writeFile(at("attempts"), ""));

const at = (...path: string[]): string => join(folder, ...path);
const attempts = (): Promise<string> => readFile(at("attempts"), "utf8");

/** Every command, ordered so that each finds what it needs. */
function commands(): string[][] {
  return [
    ["models"],
    ["import", at("tiny"), "--name", "tiny"],
    ["train", "--base", "tiny", "--data", at("pairs.jsonl"), "--steps", "2", "--rank", "4", "--out", at("adapter")],
    ["complete", "--base", "tiny", "--adapter", at("adapter"), "--prefix", "x = ", "--max-tokens", "4"],
    ["complete", "--prefix", "import os\n", "--max-tokens", "4"],
    ["logits", "--base", "tiny", "--ids", "1,2,3"],
    ["score", "--predictions", at("predictions.jsonl"), "--references", at("references.jsonl"), "--resamples", "9"],
    ["evaluate", "--base", "tiny", "--suite", at("suite.py"), "--limit", "2"],
    ["adapter", "inspect", at("adapter")],
    ["adapter", "validate", at("adapter"), "--base", "tiny"],
    // Takes some seconds, which reveals work that begins late.
    ["bench", "prefill"],
  ];
}

const downloading = ["import", "acme/tiny-coder"];

async function runAll(wrap?: readonly string[]): Promise<Outcome[]> {
  const outcomes = [];
  for (const command of commands()) outcomes.push(await start(command, guarded, wrap).done);
  return outcomes;
}

describe("the command line", () => {
  test("opens no connection in anything but a download", async () => {
    for (const { code, stderr } of await runAll()) expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await attempts()).toBe("");
    expect(await readdir(at("user"), { recursive: true })).toEqual([]);
  });

  test("opens one for a download, so that the guard is known to see it", async () => {
    const { code, stderr } = await start(downloading, { ...guarded, HF_ENDPOINT: "http://192.0.2.1" }, []).done;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be reached/) });
    expect(await attempts()).toMatch(/connect .*192\.0\.2\.1/);
    await start(downloading, { ...guarded, HF_ENDPOINT: "http://hub.invalid" }, []).done;
    expect(await attempts()).toMatch(/hub\.invalid/);
  });
});

const hasNamespaces = spawnSync("unshare", ["-rn", "true"]).status === 0;
describe("without a network", needs("user namespaces (unshare)", hasNamespaces), () => {
  /** Runs the given command without any network, then prints the kernel's counters of attempts to use one. */
  const alone = ["unshare", "-rn", "sh", "-c", '"$0" "$@"; code=$?; cat /proc/net/snmp >&2; exit $code'];

  /** The two lines about a protocol, names and numbers, as one object. */
  function counters(told: string, protocol: string): Record<string, number> {
    const [names = [], values = []] = told
      .split("\n")
      .filter((line) => line.startsWith(`${protocol}: `))
      .map((line) => line.split(" ").slice(1));
    return Object.fromEntries(names.map((name, i) => [name, Number(values[i])]));
  }
  const tried = (told: string): number => {
    const { OutNoRoutes = Number.NaN, OutRequests = Number.NaN } = counters(told, "Ip");
    return OutNoRoutes + OutRequests + (counters(told, "Tcp")["ActiveOpens"] ?? Number.NaN);
  };

  test("everything but a download works, and native code asks for none either", async () => {
    for (const { code, stderr } of await runAll(alone)) expect([code, tried(stderr)], stderr).toEqual([0, 0]);
  });

  test("a download fails at once, and the kernel has seen it", async () => {
    const environment = { ...guarded, NODE_OPTIONS: "", HF_ENDPOINT: "http://192.0.2.1" };
    const { code, stderr } = await start(downloading, environment, alone).done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/ENETUNREACH/);
    expect(tried(stderr)).toBeGreaterThan(0);
  });
});

test("the completion process opens no connection", async () => {
  for (const [name, value] of Object.entries(guarded)) vi.stubEnv(name, value);
  const entry = join(import.meta.dirname, "../../extension/engine/server.ts");
  const client = createCompletionClient({ entry, log: silentLog, onCrash: () => {} });
  try {
    const embedded = join(import.meta.dirname, "../../base");
    await client.select({ home: at("home"), embedded, base: "", adapters: [] });
    const { tokens } = await client.complete({ prefix: "import os\n\ndef main():\n    ", suffix: "", maxTokens: 4 });
    expect(tokens).toBeGreaterThan(0);
    expect(await attempts()).toBe("");
    expect(await readdir(at("user"), { recursive: true })).toEqual([]);
  } finally {
    client.dispose();
    vi.unstubAllEnvs();
  }
});

test("the tokenizer library may not ask a hub of its own", async () => {
  await openTokenizer(at("tiny"), 512);
  const { env: tokenizerLibrary } = await import("@xenova/transformers");
  expect(tokenizerLibrary.allowRemoteModels).toBe(false);
});
