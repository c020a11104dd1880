/** Programs try to escape from the sandbox, and fail. Each reports in its detail what it has reached. */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import { openCheckRunner } from "../../../../extension/core/evaluation/sandbox/openCheckRunner.ts";
import type { Verdict } from "../../../../extension/core/evaluation/sandbox/programProcess.ts";
import { comesToItsEnd, found, isShutIn } from "./protection.ts";
import { needs } from "../../../needs.ts";

const limits = { seconds: 3, cpuSeconds: 1, memoryBytes: 400 << 20 };

describe("from the sandbox", needs("bubblewrap and Python 3", isShutIn), () => {
  // Opened by each test: a group's body runs even if the group is skipped.
  const run = (program: string): Promise<Verdict> => openCheckRunner(found!, { limits })(program, comesToItsEnd);
  /** Returns the value of the last line of `program`, as Python prints it. */
  const valueOf = async (program: string): Promise<string> => {
    const lines = program.trim().split("\n");
    const verdict = await run(`${lines.slice(0, -1).join("\n")}\nraise Exception(repr(${lines.at(-1)!}))`);
    return verdict.passed ? "" : verdict.detail.replace(/^Exception: /, "");
  };
  /** The exceptions, by name, of expressions that must not work. */
  const refusals = (setup: string, expressions: readonly string[]): Promise<string> =>
    valueOf(`
${setup}
def attempt(expression):
    try:
        return "done: " + repr(eval(expression))
    except BaseException as error:
        return type(error).__name__
[attempt(expression) for expression in ${JSON.stringify(expressions)}]`);

  let server: Server;
  let folder: string;
  let connections = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-outside-"));
    await writeFile(join(folder, "secret"), "hidden");
    server = createServer(() => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  test("no process can be started, so there is no bomb and no daemon", async () => {
    const attempts = [
      "os.fork()",
      "os.posix_spawn('/bin/true', ['true'], {})",
      "subprocess.run(['/bin/true'])",
      "multiprocessing.get_context('spawn').Process(target=print).start()",
    ];
    const told = await refusals("import os, subprocess, multiprocessing", attempts);
    expect(told).toBe("['BlockingIOError', 'BlockingIOError', 'BlockingIOError', 'BlockingIOError']");
    // Bypasses the library, and uses calls that no library uses.
    const calls = "import ctypes\ncall = ctypes.CDLL(None).syscall";
    expect(
      await valueOf(
        `${calls}\n[call(n, 0, 0, 0, 0, 0) for n in (${process.arch === "x64" ? "56, 57, 58, 435" : "220, 435"})]`,
      ),
    ).not.toMatch(/\d{2}/);
  });

  test("a bomb of threads ends with itself", async () => {
    const program = `
import threading, time
threading.stack_size(32768)
while True:
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()`;
    expect(await run(program)).toMatchObject({ passed: false });
  });

  test("there is no network of any kind", async () => {
    const { port } = server.address() as { port: number };
    const told = await refusals("import socket, urllib.request", [
      `socket.create_connection(('127.0.0.1', ${port}), 1)`,
      "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
      "socket.socket(socket.AF_UNIX).connect(chr(0) + 'graft')",
      "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
      "socket.socket(40, socket.SOCK_STREAM)",
      "socket.create_connection(('::1', 80), 1)",
      "socket.getaddrinfo('example.org', 80)",
      "urllib.request.urlopen('http://example.org', timeout=1)",
    ]);
    expect(told).not.toMatch(/done/);
    expect(told).toMatch(/PermissionError/);
    expect(connections).toBe(0);
    expect(
      await run("import socket\none, two = socket.socketpair()\none.send(b'x')\nassert two.recv(1) == b'x'"),
    ).toEqual({ passed: true });
  });

  test("nothing can be written but in the temporary folder, and that is gone afterwards", async () => {
    const told = await refusals("import os", [
      ...["/x", "/usr/x", "/etc/x", "/dev/x", "/root/x", "/usr/lib/python3/x", `${folder}/x`].map(
        (path) => `open('${path}', 'w')`,
      ),
      `open('${found!.python!.folders[0]}/x', 'w')`,
      `os.remove('${found!.python!.path}')`,
      "os.mkdir('/new')",
      "os.chmod('/tmp/..', 0o777)",
    ]);
    expect(told).not.toMatch(/done/);
    expect(
      await run("open('/tmp/graft-left-behind', 'w').write('x')\nassert open('graft-left-behind').read() == 'x'"),
    ).toEqual({ passed: true });
    expect(await readdir(tmpdir())).not.toContain("graft-left-behind");
    expect(await run("import os\nassert os.listdir('/tmp') == []")).toEqual({ passed: true });
  });

  test("the user's files are not there, nor the environment, nor other processes", async () => {
    process.env["GRAFT_SECRET"] = "hidden";
    expect(await valueOf("import os\nsorted(os.environ)")).not.toMatch(/SECRET|TOKEN|USER/);
    delete process.env["GRAFT_SECRET"];
    const told = await refusals("import os, glob", [
      `open('${join(folder, "secret")}').read()`,
      "open('/etc/passwd').read()",
      "open('/etc/shadow').read()",
      "os.listdir('/proc')",
      "os.listdir('/sys')",
      "os.listdir('/home')",
      "os.listdir('/run')",
      `open('/proc/${process.pid}/environ').read()`,
      "open('/dev/mem')",
      "open('/dev/tty')",
      "os.readlink('/proc/self/exe')",
    ]);
    expect(told).not.toMatch(/done/);
    const top = await valueOf("import os\nsorted(os.listdir('/'))");
    const mine = found!.python!.folders.map((path) => path.split("/")[1]);
    const known = new Set(["bin", "lib", "lib64", "usr", "etc", "dev", "tmp", ...mine]);
    expect((top.match(/[\w.]+/g) ?? []).filter((name) => !known.has(name))).toEqual([]);
    expect(await valueOf("import os\nos.listdir('/etc') if os.path.exists('/etc') else []")).toMatch(
      /^\[('ld.so.cache'|'alternatives'|, )*\]$/,
    );
    const home = await valueOf(`import os\nos.listdir('${homedir()}') if os.path.exists('${homedir()}') else []`);
    expect(
      (home.match(/[\w.-]+/g) ?? []).filter(
        (name) => !found!.python!.folders.some((path) => path.startsWith(join(homedir(), name))),
      ),
    ).toEqual([]);
  });

  test("links out of the temporary folder lead nowhere", async () => {
    const told = await refusals(
      `import os\nos.symlink('${folder}', '/tmp/link')\nos.symlink('/etc/passwd', '/tmp/users')`,
      [
        "os.listdir('/tmp/link')",
        "open('/tmp/link/secret').read()",
        "open('/tmp/users').read()",
        "open('/tmp/link/new', 'w')",
      ],
    );
    expect(told).not.toMatch(/done/);
    expect(await readdir(folder)).toEqual(["secret"]);
  });

  test("signals reach nobody outside", async () => {
    const bystander = spawn("sleep", ["60"]);
    const told = await refusals("import os", [`os.kill(${process.pid}, 9)`, `os.kill(${bystander.pid}, 9)`]);
    expect(told).toBe("['ProcessLookupError', 'ProcessLookupError']");
    await run("import os\nos.kill(os.getppid(), 9)\nos.kill(-1, 9)\nos.killpg(0, 9)");
    expect({ code: bystander.exitCode, signal: bystander.signalCode }).toEqual({ code: null, signal: null });
    bystander.kill();
  });

  test("the kernel's other doors are shut", async () => {
    const names: Readonly<Record<string, readonly [x64: number, arm64: number]>> = {
      ptrace: [101, 117],
      mount: [165, 40],
      unshare: [272, 97],
      setns: [308, 268],
      keyctl: [250, 219],
      bpf: [321, 280],
      userfaultfd: [323, 282],
      io_uring_setup: [425, 425],
      shmget: [29, 194],
      perf_event_open: [298, 241],
    };
    const numbers = Object.values(names).map(([x64, arm64]) => (process.arch === "x64" ? x64 : arm64));
    const errors = await valueOf(`
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
[(libc.syscall(n, 0, 0, 0, 0, 0), ctypes.get_errno()) for n in ${JSON.stringify(numbers)}]`);
    expect(errors).toBe(`[${numbers.map(() => "(-1, 1)").join(", ")}]`);
    // A call with another convention (x32) ends the program at once.
    const foreign = "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)";
    if (process.arch === "x64")
      expect(await run(foreign)).toMatchObject({ reason: "crash", detail: expect.stringMatching(/SIGSYS/) });
  });

  test.each([
    ["a loop without end", "while True:\n    pass", "time"],
    ["a sleep without end", "import time\ntime.sleep(1000)", "time"],
    [
      "a loop that catches all",
      "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
      "time",
    ],
    [
      "one that ignores its signals",
      "import signal\nfor n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nwhile True:\n    pass",
      "time",
    ],
    ["output without end", "while True:\n    print('x' * 1000)", "output"],
    ["output past Python", "import os\nwhile True:\n    os.write(1, b'x' * 65536)", "output"],
    [
      "lines to whoever listens",
      "import os\nwhile True:\n    for n in range(3, 10):\n        try:\n            os.write(n, b'x' * 4096)\n        except OSError:\n            pass",
      undefined,
    ],
    [
      "a verdict of its own",
      "import os\nfor n in range(3, 10):\n    try:\n        os.write(n, b'{\"begun\": 7}')\n    except OSError:\n        pass\nos._exit(0)",
      "crash",
    ],
    ["much memory at once", "x = bytearray(1 << 34)", "memory"],
    ["much memory bit by bit", "x = []\nwhile True:\n    x.append([1] * 1000)", "memory"],
    ["much memory by mapping", "import mmap\nx = [mmap.mmap(-1, 1 << 27) for _ in range(64)]", undefined],
    [
      "files without end",
      "import os\nn = 0\nwhile True:\n    n += 1\n    open(f'/tmp/{n}', 'wb').write(b'x' * 1000000)",
      undefined,
    ],
  ])("%s is ended", async (_, program, reason) => {
    const start = performance.now();
    const verdict = await run(program);
    expect(verdict).toMatchObject(reason === undefined ? { passed: false } : { passed: false, reason });
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test("limits cannot be raised by the program", async () => {
    const told = await refusals("import resource as r\nmany = (1 << 40, 1 << 40)", [
      "r.setrlimit(r.RLIMIT_AS, many)",
      "r.setrlimit(r.RLIMIT_CPU, many)",
      "r.setrlimit(r.RLIMIT_FSIZE, many)",
      "r.setrlimit(r.RLIMIT_NOFILE, many)",
    ]);
    expect(told).toBe("['ValueError', 'ValueError', 'ValueError', 'ValueError']");
  });

  test("the sandbox ends with whoever started it", async () => {
    const script = `
      import { findSandbox } from "${new URL("../../../../extension/core/evaluation/sandbox/findSandbox.ts", import.meta.url).href}";
      import { openCheckRunner } from "${new URL("../../../../extension/core/evaluation/sandbox/openCheckRunner.ts", import.meta.url).href}";
      const run = openCheckRunner(await findSandbox());
      setTimeout(() => console.log("running"), 1500);
      await run("import time\\ntime.sleep(3600.125)", { kind: "program", code: "" });`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const left = async (): Promise<number> => {
      const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(
        numbers.map((number) => readFile(`/proc/${number}/stat`, "utf8").catch(() => "")),
      );
      return lines.filter(
        (line) => line.includes("(bwrap)") && line.split(") ")[1]!.split(" ")[1] === String(child.pid),
      ).length;
    };
    expect(await left()).toBe(1);
    child.kill("SIGKILL");
    await expect.poll(left).toBe(0);
  });
});

test(
  "links in the folder of an unprotected program are removed, not followed",
  needs("Python 3", found !== undefined),
  async () => {
    const outside = await mkdtemp(join(tmpdir(), "graft-outside-"));
    await writeFile(join(outside, "kept"), "");
    await symlink(outside, join(outside, "itself"));
    const sandbox = { kind: "none", python: found!.python, why: say`none`, nextStep: say`none` } as const;
    const runChecks = openCheckRunner(sandbox, { unprotected: true, limits });
    const program = `import os\nos.symlink(${JSON.stringify(outside)}, "link")\nassert os.listdir("link")`;
    expect(await runChecks(program, comesToItsEnd)).toEqual({ passed: true });
    expect((await readdir(outside)).sort()).toEqual(["itself", "kept"]);
    await rm(outside, { recursive: true });
  },
);
