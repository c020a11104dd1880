/** graft import OWNER/NAME from outside, against a hub on this machine. */

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { commit, startFakeHub, type FakeHub } from "../core/hub/fakeHub.ts";
import { run, start, type Outcome } from "./run.ts";
import { needs } from "../needs.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let hub: FakeHub;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-cli-hub-"));
  await writeTinyCheckpoint(join(folder, "model"));
  const files = new Map<string, Buffer>();
  for (const name of await readdir(join(folder, "model"))) files.set(name, await readFile(join(folder, "model", name)));
  hub = await startFakeHub(files);
  environment = { GRAFT_HOME: join(folder, "home"), HF_ENDPOINT: hub.url };
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const command = ["import", "acme/tiny-coder", "--json"];

test("a download that was killed goes on where it ended, and becomes a base", async () => {
  hub.faults.slowness = 10;
  const killed = start(command, environment);
  await killed.says(/"stage":"download"/);
  killed.process.kill("SIGKILL");
  await killed.done;
  hub.faults = {};
  const { code, result, events } = await run(command, environment);
  expect({ code, base: result["base"] }).toEqual({ code: 0, base: "tiny-coder" });
  expect(events("progress").at(-1)).toMatchObject({ stage: "convert" });
  const last = hub.requests.findLast(({ server }) => server === "storage");
  expect(Number(/^bytes=(\d+)-$/.exec(last?.range ?? "")?.[1])).toBeGreaterThan(0);
  expect(await readdir(join(folder, "home", "downloads"))).toEqual([]);
  expect((await run(["logits", "--base", "tiny-coder", "--ids", "5", "--json"], environment)).code).toBe(0);
});

test("HF_TOKEN opens what the hub keeps to some, and without it one line says what to do", async () => {
  hub.faults = { token: "hf_mine", gated: true };
  expect(await run(command, environment)).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^error: .*acme\/tiny-coder.*conditions.*HF_TOKEN.*\n$/),
  });
  const { code, result } = await run(command, { ...environment, HF_TOKEN: "hf_mine" });
  expect({ code, base: result["base"] }).toEqual({ code: 0, base: "tiny-coder" });
});

test("a folder of the current one passes neither for a model of the hub nor for an installed base", async () => {
  const repository = join(folder, "repository");
  const planted = ["acme/tiny-coder", `acme/tiny-coder@${commit}`, "tiny-coder"];
  for (const name of planted) await writeTinyCheckpoint(join(repository, name), { seed: 666 });
  const inside = (...args: string[]): Promise<Outcome> => start([...args, "--json"], environment, [], repository).done;
  const logits = async (base: string): Promise<unknown> =>
    (await inside("logits", "--base", base, "--ids", "5")).result["data"];

  expect((await inside("import", "acme/tiny-coder")).result["base"]).toBe("tiny-coder");
  expect(hub.requests.length).toBeGreaterThan(0);
  const genuine = await logits(join(folder, "model"));
  expect(await logits("tiny-coder")).toBe(genuine);
  // A name that is not installed does not mean a folder unless it is written as a path.
  const refused = await inside("logits", "--base", "acme/tiny-coder", "--ids", "5");
  expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/acme\/tiny-coder.*\.\//) });
  expect(await logits("./acme/tiny-coder")).not.toBe(genuine);
  const { result } = await inside("import", "./acme/tiny-coder", "--name", "mine");
  expect(result["base"]).toBe("mine");
});

const hasNamespaces = spawnSync("unshare", ["-rm", "true"]).status === 0;
test(
  "a disk that is too small is told before the weights are asked for",
  needs("user namespaces (unshare)", hasNamespaces),
  async () => {
    const home = join(folder, "home");
    await mkdir(home);
    const mounted = `mount -t tmpfs -o size=300k none "${home}" && exec "$0" "$@"`;
    const { code, stderr } = await start(command, environment, ["unshare", "-rm", "sh", "-c", mounted]).done;
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 MB are needed, 0 MB are free/),
    });
    expect(hub.requests.filter(({ server }) => server === "storage")).toEqual([]);
  },
);

test("Ctrl-C ends a download cleanly", async () => {
  hub.faults.slowness = 10;
  const cancelled = start(command, environment);
  await cancelled.says(/"stage":"download"/);
  cancelled.process.kill("SIGINT");
  const { code, stderr } = await cancelled.done;
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringMatching(/cancelled\n$/) });
  const kept = await readdir(join(folder, "home", "downloads"));
  expect(kept).toEqual([`acme--tiny-coder@${commit}`]);
});
