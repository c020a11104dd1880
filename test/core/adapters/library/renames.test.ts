import { appendFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  nameNow,
  readRenames,
  recordRename,
  renamesFile,
  type Rename,
} from "../../../../extension/core/adapters/library/renames.ts";

describe("nameNow", () => {
  const now = (name: string, since: number, ...renames: readonly (readonly [string, string, number])[]): string =>
    nameNow(
      { name, since },
      renames.map(([from, to, at]): Rename => ({ from, to, at })),
    ).name;

  test("follows one rename after the other", () => {
    expect(now("a", 1, ["a", "b", 2], ["x", "y", 3], ["b", "c", 4])).toBe("c");
    expect(now("a", 1)).toBe("a");
  });

  test("an adapter that has taken the name since keeps it", () => {
    // "a" became "b" before another "a" was trained and put into use.
    expect(now("a", 3, ["a", "b", 2])).toBe("a");
    expect(now("a", 3, ["a", "b", 2], ["a", "c", 4])).toBe("c");
  });

  test("names that are swapped or come back are told apart by their times", () => {
    const swapped = [
      ["a", "tmp", 2],
      ["b", "a", 3],
      ["tmp", "b", 4],
    ] as const;
    expect(now("a", 1, ...swapped)).toBe("b");
    expect(now("b", 1, ...swapped)).toBe("a");
    expect(now("a", 1, ["a", "b", 2], ["b", "a", 3])).toBe("a");
  });

  test("what was followed once is not followed again", () => {
    const before = [{ from: "b", to: "x", at: 2 }];
    const renames = [...before, { from: "a", to: "b", at: 3 }];
    const followed = nameNow({ name: "a", since: 1 }, renames);
    expect(followed).toEqual({ name: "b", since: 3 });
    expect(nameNow(followed, renames)).toEqual(followed);
  });
});

describe("readRenames", () => {
  let library: string;
  beforeEach(async () => {
    library = await mkdtemp(join(tmpdir(), "graft-renames-"));
  });
  afterEach(() => rm(library, { recursive: true }));

  test("returns what was recorded, without lines that are cut off or of another kind", async () => {
    expect(readRenames(library)).toEqual([]);
    const renames = [
      { from: "a", to: "b", at: 1 },
      { from: 'quoted "b"', to: "c", at: 2 },
    ];
    await recordRename(library, renames[0]!);
    await appendFile(join(library, renamesFile), '{"from":"a"}\n{"from":"a","to\n');
    await recordRename(library, renames[1]!);
    expect(readRenames(library)).toEqual(renames);
  });

  test.skipIf(process.platform !== "linux")("a full disk is told", async () => {
    await symlink("/dev/full", join(library, renamesFile));
    await expect(recordRename(library, { from: "a", to: "b", at: 1 })).rejects.toMatchObject({ code: "disk-full" });
  });
});
