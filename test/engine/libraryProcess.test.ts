import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { createCompletionClient } from "../../extension/engine/client.ts";
import { openLibraryProcess, type LibraryProcess } from "../../extension/engine/libraryProcess.ts";
import {
  adaptersRequest,
  basesRequest,
  exportRunsRequest,
  runsRequest,
} from "../../extension/engine/protocol/library.ts";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";

const entry = join(import.meta.dirname, "fakeEngine.ts");
const places = { home: "/home", embedded: "/base" };

let opened: LibraryProcess | undefined;
afterEach(() => opened?.dispose());

function open(idleTime?: number): LibraryProcess {
  opened = openLibraryProcess({ entry, log: silentLog, ...(idleTime !== undefined && { idleTime }) });
  return opened;
}

const adaptersOf = (process: LibraryProcess, library: string): Promise<unknown> =>
  process.ask(adaptersRequest, { ...places, base: "", library });

describe("openLibraryProcess", () => {
  test("forks nothing until it is asked, and then one process for all questions", async () => {
    const library = open();
    expect(library.pid).toBeUndefined();
    const answers = Promise.all([adaptersOf(library, "/a"), adaptersOf(library, "/b")]);
    const { pid } = library;
    expect(pid).toBeGreaterThan(0);
    expect(await answers).toEqual([[{ name: "one", folder: "/a/one" }], [{ name: "one", folder: "/b/one" }]]);
    await adaptersOf(library, "/c");
    expect(library.pid).toBe(pid);
  });

  test("ends when nobody has asked for a while, though not before it has answered, and starts again", async () => {
    const library = open(50);
    await expect(adaptersOf(library, "slow")).resolves.toHaveLength(1);
    const pid = library.pid!;
    await vi.waitFor(() => expect(library.pid).toBeUndefined());
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
    await expect(adaptersOf(library, "/a")).resolves.toHaveLength(1);
    expect(library.pid).not.toBe(pid);
  });

  test("a crash fails the question, and the next one has a new process", async () => {
    const library = open();
    await expect(adaptersOf(library, "crash")).rejects.toMatchObject({
      code: "engine-stopped",
      message: expect.stringContaining("library"),
    });
    await expect(adaptersOf(library, "/a")).resolves.toHaveLength(1);
  });

  test("ends with the window", async () => {
    const library = open();
    await adaptersOf(library, "/a");
    const pid = library.pid!;
    library.dispose();
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
    await expect(adaptersOf(library, "/a")).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("with the real engine", () => {
  const real = join(import.meta.dirname, "../../extension/engine/server.ts");
  let home: string;
  beforeAll(async () => (home = await mkdtemp(join(tmpdir(), "graft-library-"))));
  afterAll(() => rm(home, { recursive: true, force: true }));

  test("a completion process that died leaves bases, adapters and runs alive", { timeout: 60_000 }, async () => {
    const embedded = join(home, "embedded");
    await writeTinyCheckpoint(embedded);
    await mkdir(join(home, "adapters"));
    const crashed = vi.fn();
    const client = createCompletionClient({ entry: real, log: silentLog, onCrash: crashed, restartDelay: 600_000 });
    const library = (opened = openLibraryProcess({ entry: real, log: silentLog }));
    try {
      await client.select({ home, embedded, base: "", adapters: [] });
      process.kill(client.pid!, "SIGKILL");
      await vi.waitFor(() => expect(crashed).toHaveBeenCalled());
      expect(client.pid).toBeUndefined();

      const { installed } = await library.ask(basesRequest, { home, embedded });
      expect(installed).toMatchObject([{ embedded: true }]);
      const question = { home, embedded, base: "", library: join(home, "adapters") };
      expect(await library.ask(adaptersRequest, question)).toEqual([]);
      expect(await library.ask(runsRequest, { home })).toEqual([]);
      expect(await library.ask(exportRunsRequest, { folders: [], format: "csv" })).toBeTypeOf("string");
      expect(client.pid).toBeUndefined();
    } finally {
      client.dispose();
    }
  });
});
