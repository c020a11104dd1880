import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { findSandbox } from "../../../../extension/core/evaluation/sandbox/findSandbox.ts";
import { found } from "./protection.ts";

const folder = await mkdtemp(join(tmpdir(), "graft-path-"));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** A folder with this Python and nothing else but `bwrap`, which is a script, as the only one on PATH. */
async function onlyPath(name: string, bwrap?: string): Promise<void> {
  const path = await mkdtemp(join(folder, `${name}-`));
  await symlink(found!.python.path, join(path, "python3"));
  if (bwrap !== undefined) {
    await writeFile(join(path, "bwrap"), `#!/bin/sh\n${bwrap}\n`);
    await chmod(join(path, "bwrap"), 0o755);
  }
  vi.stubEnv("PATH", path);
}

test("without Python there is nothing to run programs with", async () => {
  vi.stubEnv("PATH", folder);
  await expect(findSandbox()).rejects.toMatchObject({
    code: "python-missing",
    nextStep: expect.stringMatching(/PATH/),
  });
});

test.runIf(found && process.platform === "linux")("without bubblewrap it says how to get it", async () => {
  await onlyPath("without");
  expect(await findSandbox()).toMatchObject({
    kind: "none",
    why: "bubblewrap (bwrap) is not on PATH",
    nextStep: expect.stringMatching(/apt-get install bubblewrap/),
  });
});

test.runIf(found && process.platform === "linux")("a bubblewrap that may not work tells why", async () => {
  await onlyPath("forbidden", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1");
  expect(await findSandbox()).toMatchObject({
    kind: "none",
    why: "bubblewrap cannot start Python (bwrap: No permissions to create new namespace)",
    nextStep: expect.stringMatching(/user namespaces/),
  });
});
