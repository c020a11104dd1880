/** The command line from outside, on the embedded base: what is printed, and the exit code. `train.test.ts` tests trainings. */

import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLineBed, refusal } from "./bed.ts";
import { start, type Outcome } from "./run.ts";

const { at, environment, graft } = commandLineBed();

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
    for (const command of ["refreshes", "undo-refresh"]) {
      expect(await graft("adapter", command, at("nowhere"))).toMatchObject(refusal(1, /nowhere/));
    }
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

describe.skipIf(process.platform !== "linux")("standard output", () => {
  const to = (target: string) => start(["models"], environment(), ["sh", "-c", `"$@" ${target}`, "sh"]).done;

  test("that cannot be written ends with a failure, and with the reason", async () => {
    expect(await to(">/dev/full")).toMatchObject(refusal(1, /Cannot write the output: .*ENOSPC/));
  });

  test("whose reader has gone ends quietly", async () => {
    expect(await to("| :")).toMatchObject({ code: 0, stderr: "" });
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
