import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import type { Sandbox } from "../../../../extension/core/evaluation/sandbox/sandbox.ts";
import { openCheckRunner } from "../../../../extension/core/evaluation/sandbox/openCheckRunner.ts";
import type { Verdict } from "../../../../extension/core/evaluation/sandbox/programProcess.ts";
import type { Checks } from "../../../../extension/core/evaluation/suites/executionTasks.ts";
import { comesToItsEnd, found, isShutIn } from "./protection.ts";
import { needs } from "../../../needs.ts";

const none: Sandbox = {
  kind: "none",
  python: { path: "python3", folders: [] },
  why: say`there is none`,
  nextStep: say`Make one.`,
};
const failure = (reason: string, detail: RegExp): object => ({
  passed: false,
  reason,
  detail: expect.stringMatching(detail),
});

test("openCheckRunner refuses without a sandbox, unless the user insists", () => {
  expect(() => openCheckRunner(none)).toThrow(
    expect.objectContaining({ code: "sandbox-missing", nextStep: "Make one." }),
  );
  expect(openCheckRunner(none, { unprotected: true })).toBeTypeOf("function");
});

test(
  "a program that nothing shuts in has limits of time, and leaves no folder",
  needs("Python 3", found !== undefined),
  async () => {
    const runChecks = openCheckRunner(
      { ...none, python: found!.python },
      { unprotected: true, limits: { seconds: 2 } },
    );
    const where: Checks = { kind: "program", code: "import os; assert False, os.getcwd()" };
    const said = (await runChecks("", where)) as Verdict & { detail: string };
    const folder = said.detail.replace("AssertionError: ", "");
    expect(folder).toMatch(/graft-checks-/);
    await expect(readFile(folder)).rejects.toMatchObject({ code: "ENOENT" });
    // Its children end with it.
    const verdict = await runChecks("import subprocess\nsubprocess.run(['sleep', '60'])", comesToItsEnd);
    expect(verdict).toMatchObject(failure("time", /2 s/));
  },
);

test("so many programs run at once as they may, and no more", needs("Python 3", found !== undefined), async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-meeting-"));
  /** Passes only while two others run. */
  const meet = `
import os, time
open(f"${folder}/{os.getpid()}", "w")
while len(os.listdir("${folder}")) < 3:
    time.sleep(0.05)`;
  const passed = async (parallel: number): Promise<boolean[]> => {
    const sandbox = { ...none, python: found!.python };
    const runChecks = openCheckRunner(sandbox, { unprotected: true, parallel, limits: { seconds: 2 } });
    const verdicts = await Promise.all([1, 2, 3].map(() => runChecks(meet, comesToItsEnd)));
    return verdicts.map((verdict) => verdict.passed);
  };
  // The third starts when the first two have given up, and finds the files that they have left.
  expect(await passed(2)).toEqual([false, false, true]);
  await rm(folder, { recursive: true });
  await mkdir(folder);
  expect(await passed(3)).toEqual([true, true, true]);
  await rm(folder, { recursive: true });
});

describe("runChecks", needs("bubblewrap and Python 3", isShutIn), () => {
  // Opened by each test: a group's body runs even if the group is skipped.
  const runChecks: ReturnType<typeof openCheckRunner> = (...asked) =>
    openCheckRunner(found!, { limits: { cpuSeconds: 2 } })(...asked);

  test.each<[string, string, object]>([
    ["passes what holds", "def f(x):\n    return x + 1", { passed: true }],
    ["says which assertion fails", "def f(x):\n    return x", failure("wrong", /AssertionError/)],
    ["names an exception", "def f(x):\n    return x.y", failure("exception", /AttributeError: 'int' object/)],
    ["names a mistake of syntax", "def f(x:", failure("exception", /SyntaxError/)],
    ["does not take an end for success", "import os\nos._exit(0)", failure("crash", /exit code 0/)],
    ["nor a polite one", "import sys\nsys.exit()", failure("exception", /SystemExit/)],
    ["names a signal", "import os\nos.abort()", failure("crash", /SIGABRT/)],
    ["is not the main module", 'if __name__ == "__main__":\n    1 / 0\nf = lambda x: x + 1', { passed: true }],
    ["may print", "def f(x):\n    print('é' * 1000)\n    return x + 1", { passed: true }],
    ["may use threads", "from threading import *\nf = lambda x: [Thread().start(), x + 1][1]", { passed: true }],
    ["may recurse too deeply", "def f(x):\n    return f(x)", failure("exception", /RecursionError/)],
    ["cannot tell the verdict", 'import os\nos.write(9, b"x")', failure("exception", /OSError/)],
  ])("%s", async (_, program, verdict) => {
    expect(await runChecks(program, { kind: "program", code: "assert f(1) == 2" })).toMatchObject(verdict);
  });

  test("compares as the evaluation of APPS does", async () => {
    const path = new URL("../../../fixtures/apps/apps.json", import.meta.url);
    const rows = JSON.parse(await readFile(path, "utf8")) as {
      program: string;
      input: unknown;
      output: unknown;
      functionName: string | null;
      passed: boolean;
    }[];
    const verdicts = await Promise.all(
      rows.map(({ program, input, output, functionName }) =>
        runChecks(program, {
          kind: "cases",
          functionName: functionName ?? undefined,
          inputs: [input],
          outputs: [output],
        }),
      ),
    );
    const judged = rows.map((row, i) => ({ row, verdict: verdicts[i]! }));
    expect(judged.filter(({ row, verdict }) => row.passed !== verdict.passed)).toEqual([]);
    expect(rows.length).toBe(150);
  }, 120_000);

  test("stops at the first case that fails, with a fresh start for each", async () => {
    const program =
      "import builtins\ncount = getattr(builtins, 'count', 0)\ntotal = 0\ntotal += int(input())\nprint(total)";
    const checks = {
      kind: "cases",
      functionName: undefined,
      inputs: ["1", "2", "3", "x"],
      outputs: ["1", "2", "4", ""],
    };
    expect(await runChecks(program, checks as Checks)).toMatchObject({ passed: false, reason: "wrong", case: 2 });
    expect(await runChecks("print(int(input()))", { ...checks, outputs: ["1", "2", "3", ""] } as Checks)).toMatchObject(
      {
        passed: false,
        reason: "exception",
        detail: expect.stringMatching(/ValueError/),
        case: 3,
      },
    );
  });

  test("a script may be the main module, and read its input in every way", async () => {
    const programs = [
      'if __name__ == "__main__":\n    print(input())',
      "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())",
      "import os\nos.write(1, os.read(0, 100))",
      "import sys\nfor line in sys.stdin:\n    print(line.strip())\nsys.exit(0)",
    ];
    const checks: Checks = { kind: "cases", functionName: undefined, inputs: ["héllo\n"], outputs: ["héllo"] };
    for (const program of programs) expect(await runChecks(program, checks), program).toEqual({ passed: true });
  });

  test("an input of megabytes is read, though no output may be as long", async () => {
    const inputs = ["1 ".repeat(2_000_000)];
    const checks: Checks = { kind: "cases", functionName: undefined, inputs, outputs: ["2000000"] };
    expect(await runChecks("print(len(input().split()))", checks)).toEqual({ passed: true });
  });

  test("ends at once when it is cancelled", async () => {
    const controller = new AbortController();
    const running = runChecks("import time\ntime.sleep(60)", comesToItsEnd, controller.signal);
    setTimeout(() => controller.abort(), 300);
    const start = performance.now();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
