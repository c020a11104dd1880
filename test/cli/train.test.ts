/** `graft train` from outside, on the embedded base: what is printed, and the exit code. */

import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { commandLineBed, refusal } from "./bed.ts";
import { start } from "./run.ts";

const { at, environment, graft, training } = commandLineBed();

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
    expect((await readdir(at())).filter((name) => name.includes(".trained"))).toEqual([]);
    const prefix = "### Instruction:\nadd 7 to x\n### Response:\n";
    const { result: base } = await graft("complete", "--prefix", prefix, "--json");
    const { result: adapted } = await graft("complete", "--prefix", prefix, "--adapter", at("trained"), "--json");
    expect(adapted["text"]).toMatch(/^x = x \+/);
    expect(adapted["text"]).not.toBe(base["text"]);
    const half = await graft("complete", "--prefix", prefix, "--adapter", `${at("trained")}@0`, "--json");
    expect(half.result["text"]).toBe(base["text"]);
  });

  test("gives the same adapter for the same seed, and for a training that was stopped by Ctrl-C and resumed", async () => {
    const flags = ["--steps", "10", "--validation", "0.25"];
    await graft(...training("whole", ...flags));
    const running = start(training("stopped", ...flags), environment());
    await running.says(/"step":4,/);
    running.process.kill("SIGINT");
    expect(await running.done).toMatchObject({ code: 130, stderr: expect.stringContaining("cancelled") });
    const left = (await readdir(at())).filter((name) => name.includes("stopped"));
    expect(left).toEqual([".stopped.training"]);
    const kept = ["checkpoint.safetensors", expect.stringMatching(/^data-/), "run.json"];
    expect((await readdir(at(left[0]!))).sort()).toEqual(kept);

    const other = await graft(...training("stopped", ...flags, "--rank", "8", "--resume"));
    expect(other).toMatchObject(refusal(1, /rank was 4 and is now 8/));
    // Data and options are gone; only what the training has kept is left.
    await rename(at("pairs.jsonl"), at("away.jsonl"));
    const resumed = await graft("train", "--resume", "--out", at("stopped"), "--json");
    await rename(at("away.jsonl"), at("pairs.jsonl"));
    expect(resumed).toMatchObject({ code: 0, result: { steps: 10 } });
    expect(Number(resumed.events("progress")[0]!["step"])).toBeGreaterThan(4);
    const [whole, stopped] = await Promise.all(
      ["whole", "stopped"].map((name) => readFile(at(name, "adapter_model.safetensors"))),
    );
    expect(stopped!.equals(whole!)).toBe(true);
    expect((await readdir(at())).filter((name) => name.includes(".stopped"))).toEqual([]);
  });

  test("a killed training leaves a checkpoint to go on from, and no lock that counts", async () => {
    const running = start(training("killed", "--steps", "12", "--validation", "0.25"), environment());
    await running.says(/"step":6,/);
    running.process.kill("SIGKILL");
    await running.done;
    const { code, events } = await graft(...training("killed", "--steps", "12", "--validation", "0.25", "--resume"));
    expect(code).toBe(0);
    expect(Number(events("progress")[0]!["step"])).toBeGreaterThan(1);
  });

  test("refuses a second training into the same folder", async () => {
    const running = start(training("busy", "--steps", "500"), environment());
    await running.says(/"step":1,/);
    expect(await graft(...training("busy", "--steps", "1"))).toMatchObject(
      refusal(1, /another training is using it \(process/),
    );
    running.process.kill("SIGKILL");
    await running.done;
  });

  test("goes on from an adapter, IA3 as well as LoRA", async () => {
    const ia3 = (out: string, ...more: readonly string[]): string[] =>
      training(out, ...more).filter((flag) => flag !== "--rank" && flag !== "4");
    await graft(...ia3("first", "--method", "ia3", "--steps", "3"));
    const { code, result } = await graft(...ia3("second", "--method", "ia3", "--steps", "3", "--init", at("first")));
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
    expect((await readdir(at())).filter((name) => name.includes("never"))).toEqual([]);
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
  /** Runs the command line with a disk of this size at "small", after `before`, and lists the disk at the end. */
  const onSmallDisk = async (size: string, before: string, args: readonly string[]) => {
    await mkdir(at("small"), { recursive: true });
    const mounted = `mount -t tmpfs -o size=${size} none "${at("small")}" && { ${before} "$0" "$@"; }; code=$?; ls -A "${at("small")}"; exit $code`;
    return await start(args, environment(), [..."unshare -rm sh -c".split(" "), mounted]).done;
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
