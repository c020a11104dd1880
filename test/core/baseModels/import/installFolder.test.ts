import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  installFolder,
  recoverInstalled,
  type Relation,
} from "../../../../extension/core/baseModels/import/installFolder.ts";

const move = vi.hoisted(() => ({ real: undefined as typeof rename | undefined }));
vi.mock(import("node:fs/promises"), async (original) => {
  const real = await original();
  move.real = real.rename;
  return { ...real, rename: vi.fn(real.rename) };
});

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "graft-install-"));
});
afterEach(async () => {
  vi.mocked(rename).mockReset();
  await rm(parent, { recursive: true });
});

const install = (content: string, names: readonly string[], relation: Relation): Promise<string | undefined> =>
  installFolder(parent, {
    fill: async (temporary) => {
      await mkdir(temporary);
      await writeFile(join(temporary, "content"), content);
      return names;
    },
    relate: async () => relation,
  });
const contentOf = (name: string): Promise<string> => readFile(join(parent, name, "content"), "utf8");

describe("installFolder", () => {
  test("takes the first name that nothing else has, and none where all are taken", async () => {
    await install("one", ["a", "b"], "other");
    expect(await install("two", ["a", "b"], "other")).toBe(join(parent, "b"));
    expect(await install("three", ["a", "b"], "other")).toBeUndefined();
    expect([await contentOf("a"), await contentOf("b"), await readdir(parent)]).toEqual(["one", "two", ["a", "b"]]);
  });

  test("leaves a file that has a name", async () => {
    await writeFile(join(parent, "a"), "theirs");
    expect(await install("one", ["a", "b"], "outdated")).toBe(join(parent, "b"));
    expect(await readFile(join(parent, "a"), "utf8")).toBe("theirs");
  });

  test("keeps the same, and replaces what is outdated", async () => {
    await install("one", ["a"], "other");
    expect(await install("two", ["a"], "same")).toBe(join(parent, "a"));
    expect(await contentOf("a")).toBe("one");
    await install("two", ["a"], "outdated");
    expect([await contentOf("a"), await readdir(parent)]).toEqual(["two", ["a"]]);
  });

  test("killed before the new one stands, it has deleted nothing of the old one", async () => {
    await install("one", ["a"], "other");
    // After the old folder has been set aside, nothing is moved any more, as if the process were gone.
    let gone = false;
    vi.mocked(rename).mockImplementation(async (from, to) => {
      if (gone) throw Object.assign(new Error("gone"), { code: "EIO" });
      gone = String(to).endsWith(".old");
      await move.real!(from, to);
    });
    await expect(install("two", ["a"], "outdated")).rejects.toThrow("gone");
    const [left] = await readdir(parent);
    expect(left).toMatch(/^\.a\.[0-9a-f]{8}\.old$/);
    vi.mocked(rename).mockImplementation(move.real!);
    await recoverInstalled(parent);
    expect([await contentOf("a"), await readdir(parent)]).toEqual(["one", ["a"]]);
    await install("two", ["a"], "outdated");
    expect([await contentOf("a"), await readdir(parent)]).toEqual(["two", ["a"]]);
  });

  test("a system that does not let an open folder be moved is a failure in words, and the old one stays", async () => {
    await install("one", ["a"], "other");
    vi.mocked(rename).mockImplementation(async (from, to) => {
      if (String(to).endsWith(".old")) throw Object.assign(new Error("mapped"), { code: "EBUSY" });
      await move.real!(from, to);
    });
    await expect(install("two", ["a"], "outdated")).rejects.toMatchObject({ code: "base-in-use" });
    expect([await contentOf("a"), await readdir(parent)]).toEqual(["one", ["a"]]);
  });
});
