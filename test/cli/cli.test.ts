/** The command line from outside, on the embedded base: what is printed, and the exit code. */

import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { run, start, type Outcome } from "./run.ts";
import { needs } from "../needs.ts";

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-cli-"));
  environment = { GRAFT_HOME: join(folder, "home"), GRAFT_DATA: join(folder, "data") };
  const rows = Array.from({ length: 24 }, (_, i) => ({ intent: `add ${i} to x`, code: `x = x + ${i}` }));
  await writeFile(at("pairs.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await graft("models"); // Installs the embedded base once for all tests.
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...path: string[]): string => join(folder, ...path);
const graft = (...args: string[]): Promise<Outcome> => run(args, environment);
const training = (out: string, ...more: string[]): string[] => {
  return ["train", "--json", "--data", at("pairs.jsonl"), "--rank", "4", "--out", at(out), ...more];
};
/** One line, with what is wrong and what to do. */
const refusal = (code: number, pattern: RegExp): object => ({
  code,
  stdout: "",
  stderr: expect.stringMatching(new RegExp(`^error: .*${pattern.source}.*\n$`)),
});

describe("models", () => {
  test("lists the embedded base first", async () => {
    const { code, result } = await graft("models", "--json");
    expect(code).toBe(0);
    const [first] = result["bases"] as Record<string, unknown>[];
    expect(first).toMatchObject({ name: "graft-base", modelType: "llama", embedded: true });
    expect(first!["parameters"]).toBeGreaterThan(1e6);
    expect((await graft("models")).stdout).toMatch(/^graft-base .*embedded/);
  });
});

describe("import", () => {
  test("installs a folder under a name, which is a base then", async () => {
    const source = at("source");
    await cp(join(import.meta.dirname, "../../base"), source, { recursive: true });
    const { code, result, events } = await graft("import", source, "--name", "mine", "--bits", "4", "--json");
    expect(code).toBe(0);
    expect(result).toMatchObject({ base: "mine", path: at("home", "bases", "mine"), bytes: expect.any(Number) });
    expect(events("progress").length).toBeGreaterThan(0);
    expect((await graft("logits", "--base", "mine", "--ids", "5,6", "--json")).result["shape"]).toEqual([2, 8192]);
  });

  test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ["is missing", (path) => rm(path, { recursive: true }), /bad-model/],
    ["has broken weights", (path) => truncate(join(path, "model.safetensors"), 5000), /model\.safetensors/],
    ["has no config", (path) => rm(join(path, "config.json")), /config\.json/],
    ["has a broken config", (path) => writeFile(join(path, "config.json"), "{"), /config\.json/],
    ["is of an unknown type", (path) => writeFile(join(path, "config.json"), '{"model_type":"gpt2"}'), /"gpt2".*llama/],
    [
      "has a tokenizer of another model",
      (path) => cp(join(import.meta.dirname, "../fixtures/peft/make.py"), join(path, "tokenizer.json")),
      /tokenizer\.json/,
    ],
  ])("refuses a model that %s, and leaves nothing", async (_, spoil, message) => {
    const source = at("bad-model");
    await rm(source, { recursive: true, force: true });
    await cp(join(import.meta.dirname, "../../base"), source, { recursive: true });
    await spoil(source);
    expect(await graft("import", source, "--json")).toMatchObject(refusal(1, message));
    expect((await readdir(at("home", "bases"))).filter((name) => name.includes("bad"))).toEqual([]);
  });
});

describe("train", () => {
  test("lowers the loss, writes a PEFT folder and nothing else, and completes with it", async () => {
    const { code, result, events, stderr } = await graft(
      ...training("trained", "--steps", "12", "--learning-rate", "0.003", "--validation", "0.25"),
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(events("progress").map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const { before, best } = result["validationLoss"] as Record<string, number>;
    expect(best).toBeLessThan(0.8 * before!);
    expect(result).toMatchObject({
      adapter: at("trained"),
      steps: 12,
      tokens: expect.any(Number),
      seconds: expect.any(Number),
      trainLoss: expect.any(Number),
      trainableParameters: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
    });
    expect(await readdir(at("trained"))).toEqual(["adapter_config.json", "adapter_model.safetensors", "graft.json"]);
    expect((await readdir(folder)).filter((name) => name.includes(".trained"))).toEqual([]);
    const prefix = "### Instruction:\nadd 7 to x\n### Response:\n";
    const { result: base } = await graft("complete", "--prefix", prefix, "--json");
    const { result: adapted } = await graft("complete", "--prefix", prefix, "--adapter", at("trained"), "--json");
    expect(adapted["text"]).toMatch(/^x = x \+/);
    expect(adapted["text"]).not.toBe(base["text"]);
    const half = await graft("complete", "--prefix", prefix, "--adapter", `${at("trained")}@0`, "--json");
    expect(half.result["text"]).toBe(base["text"]);
  });

  test("gives the same adapter for the same seed, and for a training that was stopped by Ctrl-C and resumed", async () => {
    const flags = ["--steps", "16", "--validation", "0.25"];
    await graft(...training("whole", ...flags));
    const running = start(training("stopped", ...flags), environment);
    await running.says(/"step":4,/);
    running.process.kill("SIGINT");
    expect(await running.done).toMatchObject({ code: 130, stderr: expect.stringContaining("cancelled") });
    const left = (await readdir(folder)).filter((name) => name.includes("stopped"));
    expect(left).toEqual([".stopped.training"]);
    const kept = ["checkpoint.safetensors", expect.stringMatching(/^data-/), "run.json"];
    expect((await readdir(at(left[0]!))).sort()).toEqual(kept);

    const other = await graft(...training("stopped", ...flags, "--rank", "8", "--resume"));
    expect(other).toMatchObject(refusal(1, /rank was 4 and is now 8/));
    // Data and options are gone; only what the training has kept is left.
    await rename(at("pairs.jsonl"), at("away.jsonl"));
    const resumed = await graft("train", "--resume", "--out", at("stopped"), "--json");
    await rename(at("away.jsonl"), at("pairs.jsonl"));
    expect(resumed).toMatchObject({ code: 0, result: { steps: 16 } });
    expect(Number(resumed.events("progress")[0]!["step"])).toBeGreaterThan(4);
    const [whole, stopped] = await Promise.all(
      ["whole", "stopped"].map((name) => readFile(at(name, "adapter_model.safetensors"))),
    );
    expect(stopped!.equals(whole!)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.includes(".stopped"))).toEqual([]);
  });

  test("a killed training leaves a checkpoint to go on from, and no lock that counts", async () => {
    const running = start(training("killed", "--steps", "40", "--validation", "0.25"), environment);
    await running.says(/"step":6,/);
    running.process.kill("SIGKILL");
    await running.done;
    const { code, events } = await graft(...training("killed", "--steps", "40", "--validation", "0.25", "--resume"));
    expect(code).toBe(0);
    expect(Number(events("progress")[0]!["step"])).toBeGreaterThan(1);
  });

  test("refuses a second training into the same folder", async () => {
    const running = start(training("busy", "--steps", "500"), environment);
    await running.says(/"step":1,/);
    expect(await graft(...training("busy", "--steps", "1"))).toMatchObject(
      refusal(1, /another training is using it \(process/),
    );
    running.process.kill("SIGKILL");
    await running.done;
  });

  test("goes on from an adapter, IA3 as well as LoRA", async () => {
    await graft(...training("first", "--method", "ia3", "--steps", "3"));
    const { code, result } = await graft(
      ...training("second", "--method", "ia3", "--steps", "3", "--init", at("first")).filter(
        (flag) => flag !== "--rank" && flag !== "4",
      ),
    );
    expect(code).toBe(0);
    expect(result["trainableParameters"]).toBeGreaterThan(0);
    const mixed = await graft(...training("third", "--method", "lora", "--init", at("first")));
    expect(mixed).toMatchObject(refusal(1, /its method is ia3, but the request says lora/));
  });

  test("names bad rows by their line and trains on the good ones", async () => {
    const lines = ["nonsense", '{"intent":"a"}', '{"intent":"add one","code":"x += 1"}', ""];
    await writeFile(at("mixed.jsonl"), lines.join("\n"));
    const { code, stderr } = await graft(
      "train",
      "--data",
      at("mixed.jsonl"),
      "--steps",
      "1",
      "--out",
      at("mixed"),
      "--json",
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/mixed\.jsonl:1: .*\n.*mixed\.jsonl:2: /);
  });

  test("refuses data without anything to learn from", async () => {
    await writeFile(at("broken.jsonl"), "nonsense\n{}\n");
    await writeFile(at("empty.jsonl"), "");
    await mkdir(at("no python"));
    await writeFile(at("no python", "readme.txt"), "hello");
    for (const data of ["broken.jsonl", "empty.jsonl", "no python", "missing.jsonl", "pairs.txt"]) {
      const outcome = await graft("train", "--data", at(data), "--out", at("never"), "--json");
      expect([data, outcome.code, outcome.stdout]).toEqual([data, 1, ""]);
      expect(outcome.stderr).toMatch(/(^|\n)error: .+\n$/);
      expect(outcome.stderr).not.toContain("    at ");
    }
    expect((await readdir(folder)).filter((name) => name.includes("never"))).toEqual([]);
  });

  test("refuses a folder that it cannot write to before it loads anything", async () => {
    await writeFile(at("a file"), "");
    for (const out of [at("a file"), at("a file", "adapter"), "/proc/adapter"]) {
      const outcome = await graft("train", "--data", at("pairs.jsonl"), "--out", out, "--json");
      expect(outcome).toMatchObject(refusal(1, /Cannot train into/));
    }
  });

  test("refuses targets, validation and settings that cannot be meant", async () => {
    expect(await graft(...training("never", "--targets", "qkv"))).toMatchObject(refusal(1, /"qkv".*q_proj/));
    expect(await graft(...training("never", "--validation", "1.5"))).toMatchObject(refusal(1, /from 0 to below 1/));
    expect(await graft(...training("never", "--epochs", "0"))).toMatchObject(refusal(2, /epochs 0/));
    expect(await graft(...training("never", "--resume"))).toMatchObject(refusal(1, /no checkpoint/));
  });

  const hasNamespaces = spawnSync("unshare", ["-rm", "true"]).status === 0;
  /** Runs the command line with a disk of this size at "small", after `before`, and lists the disk in the end. */
  const onSmallDisk = async (size: string, before: string, args: readonly string[]) => {
    await mkdir(at("small"), { recursive: true });
    const mounted = `mount -t tmpfs -o size=${size} none "${at("small")}" && { ${before} "$0" "$@"; }; code=$?; ls -A "${at("small")}"; exit $code`;
    return await start(args, environment, [..."unshare -rm sh -c".split(" "), mounted]).done;
  };
  test(
    "refuses a training that the disk has no room for before its first step, with both values",
    needs("user namespaces (unshare)", hasNamespaces),
    async () => {
      const { code, stdout, stderr } = await onSmallDisk("2600k", "", training("small/mine", "--steps", "3"));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: Cannot train into .*needs about [\d.]+ MB of disk space, [\d.]+ MB are free/);
      expect(stdout).not.toMatch(/"step"|training/);
    },
  );
  test(
    "a full disk leaves the last checkpoint and no adapter",
    needs("user namespaces (unshare)", hasNamespaces),
    async () => {
      // The disk is filled once the first checkpoint is there. Every step writes another.
      const checkpoint = join(at("small"), ".mine.training", "checkpoint.safetensors");
      const filled = `for i in $(seq 600); do [ -e "${checkpoint}" ] && break; sleep 0.1; done; cat /dev/zero > "${at("small")}/.filler"`;
      const asked = training("small/mine", "--steps", "2000", "--save-every", "0");
      const { code, stdout, stderr } = await onSmallDisk("40m", `(${filled}) 2>/dev/null &`, asked);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: Cannot write .*the disk is full.*\n$/);
      expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^\.mine\.training$|^\{/);
      expect(stdout).not.toMatch(/\.part/);
    },
  );
});

describe("complete", () => {
  test("completes at a position of a file", async () => {
    await writeFile(at("main.py"), "import os\r\nimport sys\r\n\r\npath = os.\r\n");
    const { code, result } = await graft(
      "complete",
      "--file",
      at("main.py"),
      "--line",
      "4",
      "--column",
      "11",
      "--json",
    );
    expect(code).toBe(0);
    expect(result).toMatchObject({
      text: expect.any(String),
      candidates: [{ text: result["text"], logProbability: expect.any(Number) }],
      tokens: expect.any(Number),
      milliseconds: { load: expect.any(Number), prefill: expect.any(Number), decode: expect.any(Number) },
    });
    expect(result["text"]).not.toContain("\n");
  });

  test("refuses positions and files that do not exist, and adapters that do not fit", async () => {
    await writeFile(at("main.py"), "x = 1\n");
    const there = (line: string, column: string): Promise<Outcome> =>
      graft("complete", "--file", at("main.py"), "--line", line, "--column", column, "--json");
    expect((await there("2", "1")).code).toBe(0);
    expect(await there("9", "1")).toMatchObject(refusal(1, /the file has 2 lines/));
    expect(await there("1", "7")).toMatchObject(refusal(1, /line 1 has 5 characters/));
    await writeFile(at("old-mac.py"), "x = 1\ry = 2\r");
    const old = await graft("complete", "--file", at("old-mac.py"), "--line", "9", "--column", "1", "--json");
    expect(old).toMatchObject(refusal(1, /the file has 3 lines/));
    const missing = await graft("complete", "--file", at("no.py"), "--line", "1", "--column", "1");
    expect(missing).toMatchObject(refusal(1, /no\.py/));
    const other = join(import.meta.dirname, "../fixtures/models/llama/lora");
    const misfit = await graft("complete", "--prefix", "x = ", "--adapter", other);
    expect(misfit).toMatchObject(refusal(1, /hidden size/));
    const unknown = await graft("complete", "--prefix", "x = ", "--base", "no such base");
    expect(unknown).toMatchObject(refusal(1, /no such base/));
    const endless = await graft("complete", "--prefix", "x = ", "--max-tokens", "0");
    expect(endless).toMatchObject(refusal(2, /max tokens 0: it must be a whole number of at least 1/));
  });
});

describe("adapter", () => {
  const lora = join(import.meta.dirname, "../fixtures/models/llama/lora");
  test("tells what an adapter is, and whether it fits", async () => {
    expect((await graft("adapter", "inspect", lora, "--json")).result).toMatchObject({
      method: "lora",
      rank: expect.any(Number),
    });
    expect(await graft("adapter", "validate", lora, "--json")).toMatchObject(refusal(1, /hidden size/));
    expect(await graft("adapter", "inspect", at("nowhere"))).toMatchObject(refusal(1, /nowhere/));
  });

  test("validate and complete say what an adapter that fits by its sizes was trained on", async () => {
    const model = join(lora, "..");
    const foreign = at("foreign");
    await cp(lora, foreign, { recursive: true });
    const config = join(foreign, "adapter_config.json");
    const text = await readFile(config, "utf8");
    await writeFile(config, text.replace('"base_model_name_or_path": null', '"base_model_name_or_path": "acme/other"'));
    const validate = (folder: string): Promise<Outcome> =>
      graft("adapter", "validate", folder, "--base", model, "--json");
    const { code, result } = await validate(foreign);
    expect({ code, result }).toMatchObject({
      code: 0,
      result: { fits: true, fit: "other-base", warning: expect.stringMatching(/acme\/other.*llama/) },
    });
    const own = (await validate(lora)).result;
    expect(own).toMatchObject({ fits: true, fit: "fits" });
    expect(own).not.toHaveProperty("warning");
  });

  test("shows the norms of each layer in a table", async () => {
    const { stdout } = await graft("adapter", "inspect", lora);
    expect(stdout).toMatch(/LoRA, rank 4, alpha 8, scaling 2\n/);
    expect(stdout).toMatch(/\n +down_proj +gate_proj .*\nmodel\.layers\.0 +[\d.]+ +[\d.]+.*\nmodel\.layers\.1 /);
  });

  test("converts LoRA for other runtimes, and refuses IA3 and another base", async () => {
    const base = join(lora, "..");
    const convert = (from: string, to: string, ...more: string[]): Promise<Outcome> =>
      graft("adapter", "convert", from, "--to", to, "--out", at("converted"), "--json", ...more);
    const { result } = await convert(lora, "gguf", "--base", base);
    expect(result).toMatchObject({ format: "gguf", path: at("converted"), bytes: expect.any(Number) });
    expect((await readFile(at("converted"), "latin1")).slice(0, 4)).toBe("GGUF");
    expect((await convert(lora, "onnx-adapter")).code).toBe(0);
    expect((await readFile(at("converted"), "latin1")).slice(4, 8)).toBe("TORT");
    expect(await convert(lora, "gguf")).toMatchObject(refusal(1, /hidden size/));
    expect(await convert(join(base, "ia3"), "gguf", "--base", base)).toMatchObject(refusal(1, /supports only LoRA/));
    expect(await convert(lora, "mlx")).toMatchObject(refusal(2, /onnx-adapter, gguf/));
  });
});

describe("adapter merge", () => {
  const model = join(import.meta.dirname, "../fixtures/models/qwen2");
  const merge = (...more: string[]): Promise<Outcome> =>
    graft("adapter", "merge", join(model, "ia3"), "--base", model, "--json", ...more);

  test("makes a base that computes alone as the adapter does beside its own", async () => {
    const { result, events } = await merge("--name", "merged");
    expect(result).toMatchObject({ base: "merged", path: at("home", "bases", "merged"), weights: "original" });
    expect(events("progress").at(-1)).toMatchObject({ done: result["parameters"], total: result["parameters"] });
    const alone = await graft("logits", "--base", "merged", "--ids", "5,6,7", "--json");
    expect(alone.result["shape"]).toEqual([3, 96]);
  });

  test("writes a model folder, and refuses to do both", async () => {
    expect((await merge("--out", at("model"))).result).toEqual({
      event: "result",
      path: at("model"),
      weights: "original",
    });
    expect((await readdir(at("model"))).toSorted()).toEqual(["config.json", "model.safetensors"]);
    expect(await merge("--out", at("both"), "--name", "both")).toMatchObject(refusal(2, /--name/));
  });
});

describe("wrong usage", () => {
  test("is told in one line", async () => {
    expect(await graft("train", "--data", "x", "--out", "y", "--method", "dora")).toMatchObject(
      refusal(2, /dora.*Allowed choices are lora, ia3, prompt, prefix, full/),
    );
  });

  test("help is no error", async () => {
    expect(await graft("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("train") });
  });
});
