import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { findSandbox } from "../../../../extension/core/evaluation/sandbox/findSandbox.ts";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import { found } from "./protection.ts";
import { needs } from "../../../needs.ts";

const folder = await mkdtemp(join(tmpdir(), "graft-path-"));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Makes a folder with only this Python and `bwrap`, which is a script, the only folder on PATH. */
async function onlyPath(name: string, bwrap?: string): Promise<void> {
  const path = await mkdtemp(join(folder, `${name}-`));
  await symlink(found!.python!.path, join(path, "python3"));
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

test(
  "without bubblewrap it says how to get it",
  needs("Linux and Python 3", found !== undefined && process.platform === "linux"),
  async () => {
    await onlyPath("without");
    expect(await findSandbox()).toMatchObject({
      kind: "none",
      why: say`bubblewrap (bwrap) is not on PATH`,
      nextStep: say`Install it, for example with \`sudo apt-get install bubblewrap\`.`,
    });
  },
);

test(
  "a bubblewrap that may not work tells why",
  needs("Linux and Python 3", found !== undefined && process.platform === "linux"),
  async () => {
    await onlyPath("forbidden", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1");
    expect(await findSandbox()).toMatchObject({
      kind: "none",
      why: say`bubblewrap cannot start Python (${"bwrap: No permissions to create new namespace"})`,
      nextStep: say`Allow user namespaces on this machine, or run this on another one.`,
    });
  },
);

/** Programs and modules that leave a file in `marks` when they are run. */
async function planted(name: string): Promise<{ folder: string; marks: string }> {
  const [planted, marks] = [join(folder, name), join(folder, `${name}-marks`)];
  for (const path of [planted, marks]) await mkdir(path);
  for (const module of ["json", "sys", "site", "encodings", "sitecustomize", "resource"]) {
    await writeFile(join(planted, `${module}.py`), `open(${JSON.stringify(join(marks, module))}, "w")\n`);
  }
  for (const program of ["python3", "bwrap"]) {
    await writeFile(join(planted, program), `#!/bin/sh\n: > "${join(marks, program)}"\nexit 1\n`);
    await chmod(join(planted, program), 0o755);
  }
  return { folder: planted, marks };
}

test(
  "runs no module and no program of the current folder",
  needs("Python 3, not on Windows", found !== undefined && process.platform !== "win32"),
  async () => {
    const { folder: cwd, marks } = await planted("repository");
    const source = new URL("../../../../extension/core/evaluation/sandbox/findSandbox.ts", import.meta.url).href;
    const script = `import { findSandbox } from "${source}"; console.log((await findSandbox()).kind);`;
    // An empty entry of PATH means the current folder, too.
    const env = { ...process.env, PATH: ["", ".", process.env["PATH"]].join(delimiter), PYTHONPATH: "." };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd,
      env,
    });
    expect(await readdir(marks)).toEqual([]);
    expect(stdout.trim()).toBe(found!.kind);
  },
);

test("where there is no sandbox, Python is started for those who insist alone", async () => {
  const { folder: path, marks } = await planted("path");
  vi.stubEnv("PATH", path);
  const platform = Object.getOwnPropertyDescriptor(process, "platform")!;
  Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
  try {
    expect(await findSandbox()).toMatchObject({ kind: "none", python: undefined, nextStep: say`Use Linux.` });
    expect(await readdir(marks)).toEqual([]);
    await expect(findSandbox({ unprotected: true })).rejects.toMatchObject({ code: "python-missing" });
    expect(await readdir(marks)).toEqual(["python3"]);
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});
