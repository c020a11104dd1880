import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openFolderRepository, type FolderRepository } from "../../../../extension/core/repository/folderRepository.ts";
import type { RepositoryQuery } from "../../../../extension/core/repository/repositoryQuery.ts";
import { pruneRepositoryStores } from "../../../../extension/core/repository/storage/repositoryStore.ts";
import { readCurrentSource } from "../../../../extension/core/sources/readSources.ts";
import { planted, plants, plantsIn, temporary } from "../plantedFolder.ts";

vi.mock("../../../../extension/core/sources/readSources.ts", { spy: true });

const files = {
  "a.py": planted("alpha"),
  "p/b.py": `import a\n\n\ndef beta(x):\n    return x\n\n\n${planted("beta")}`,
};
const queries: RepositoryQuery[] = [plants, { path: "new.py", prefix: "from p.b import beta\nbeta(", suffix: "" }];
const answers = (repository: FolderRepository): unknown => queries.map((query) => repository.query(query));

describe("an index on disk", () => {
  test("gives the same answers, and reads no file that has not changed", async () => {
    const [folder, home] = [temporary(files), temporary()];
    const at = join(folder, "a.py");
    const then = new Date(2020, 1);
    utimesSync(at, then, then);
    const first = await openFolderRepository({ folder, home });
    await first.save();
    const wanted = answers(first);
    vi.mocked(readCurrentSource).mockClear();
    expect(answers(await openFolderRepository({ folder, home }))).toEqual(wanted);
    expect(readCurrentSource).not.toHaveBeenCalled();
    // Another text of the same length and time.
    writeFileSync(at, planted("ALPHA"));
    utimesSync(at, then, then);
    expect(plantsIn(await openFolderRepository({ folder, home }))).toEqual(["ALPHA", "beta"]);
  });

  test("is built anew after other rules", async () => {
    const [folder, home] = [temporary(files), temporary()];
    await (await openFolderRepository({ folder, home })).save();
    const list = join(home, readdirSync(home)[0]!, "files.json");
    const stored = JSON.parse(readFileSync(list, "utf8")) as { rules: number };
    writeFileSync(list, JSON.stringify({ ...stored, rules: stored.rules + 1 }));
    vi.mocked(readCurrentSource).mockClear();
    await openFolderRepository({ folder, home });
    expect(readCurrentSource).toHaveBeenCalledTimes(2);
  });

  test("is saved where folders lie in the place of its files", async () => {
    const [folder, home] = [temporary(files), temporary()];
    const first = await openFolderRepository({ folder, home });
    await first.save();
    const own = join(home, readdirSync(home)[0]!);
    for (const name of [...readdirSync(own), "lock", `${"0".repeat(64)}.segment`]) {
      rmSync(join(own, name), { force: true });
      mkdirSync(join(own, name, "in"), { recursive: true });
    }
    const second = await openFolderRepository({ folder, home });
    await second.save();
    expect(readdirSync(own)).toHaveLength(2);
    expect(answers(await openFolderRepository({ folder, home }))).toEqual(answers(first));
  });

  test("is built anew where it is damaged, cut off, or from another version", async () => {
    const [folder, home] = [temporary(files), temporary()];
    const first = await openFolderRepository({ folder, home });
    await first.save();
    const wanted = answers(first);
    const [own] = readdirSync(home);
    const names = readdirSync(join(home, own!));
    expect(names).toHaveLength(2);
    const damages: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.fill(bytes.at(-9)! ^ 1, bytes.length - 9, bytes.length - 8),
      (bytes) => bytes.subarray(0, bytes.length / 2),
      () => Buffer.alloc(0),
      () => Buffer.from('{"version": 2}'),
    ];
    for (const name of names) {
      for (const damage of damages) {
        const damaged = temporary();
        cpSync(home, damaged, { recursive: true });
        const at = join(damaged, own!, name);
        writeFileSync(at, damage(readFileSync(at)));
        const second = await openFolderRepository({ folder, home: damaged });
        expect(answers(second)).toEqual(wanted);
        await second.save();
        expect(readdirSync(join(damaged, own!))).toHaveLength(2);
      }
    }
    rmSync(join(home, own!), { recursive: true });
    expect(answers(await openFolderRepository({ folder, home }))).toEqual(wanted);
  });

  test("is written by one process at a time, and then by the next", async () => {
    const [folder, home] = [temporary(files), temporary()];
    const [first, second] = [
      await openFolderRepository({ folder, home }),
      await openFolderRepository({ folder, home, limits: { bytes: 80e6, segment: 10 } }),
    ];
    const outcomes = await Promise.allSettled([first.save(), second.save()]);
    expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([{ reason: { code: "index-busy" } }]);
    await first.save();
    await second.save();
    const [own] = readdirSync(home);
    const { segments } = JSON.parse(readFileSync(join(home, own!, "files.json"), "utf8")) as { segments: string[] };
    expect(readdirSync(join(home, own!)).toSorted()).toEqual(["files.json", ...segments].toSorted());
  });

  test("of many, those used longest ago are deleted", async () => {
    const home = temporary();
    for (const [index, folder] of [temporary(files), temporary(files), temporary(files)].entries()) {
      const before = readdirSync(home);
      await (await openFolderRepository({ folder, home })).save();
      const own = readdirSync(home).find((name) => !before.includes(name))!;
      utimesSync(join(home, own, "files.json"), new Date(), new Date(2020, index));
    }
    const newest = readdirSync(home)
      .toSorted((a, b) => modified(home, b) - modified(home, a))
      .slice(0, 2);
    await pruneRepositoryStores(home, 2);
    expect(readdirSync(home).toSorted()).toEqual(newest.toSorted());
    // One that is being written has no list yet.
    mkdirSync(join(home, "new"));
    writeFileSync(join(home, "new", "lock"), "");
    await pruneRepositoryStores(home, 1);
    expect(readdirSync(home)).toEqual(["new"]);
  });

  test.each([
    ["no JSON", (header: Header) => `${JSON.stringify(header).slice(1)} `],
    [
      "a file beyond the text",
      ({ files: [first, ...rest], ...header }: Header) => ({ ...header, files: [{ ...first, end: 9e6 }, ...rest] }),
    ],
    [
      "an array beyond the end",
      ({ arrays, ...header }: Header) => ({ ...header, arrays: arrays.map((one) => ({ ...one, length: 9e6 })) }),
    ],
    ["an array too few", ({ arrays, ...header }: Header) => ({ ...header, arrays: arrays.slice(0, -1) })],
    [
      "an array of another type",
      ({ arrays, ...header }: Header) => ({ ...header, arrays: arrays.map((one) => ({ ...one, type: "Uint8Array" })) }),
    ],
  ])("is built anew where its checksum is right and its header says %s", async (_, change) => {
    const { wanted, found } = await answersAfter((bytes) => withHeader(bytes, change));
    expect(found).toEqual(wanted);
  });

  test("is built anew where its checksum is right and its numbers point anywhere", async () => {
    const { wanted, found } = await answersAfter((bytes) => {
      const end = arraysOf(bytes);
      return withChecksum(Buffer.concat([bytes.subarray(0, end), Buffer.alloc(bytes.length - end, 0xee)]));
    });
    expect(found).toEqual(wanted);
  });
});

interface Header {
  readonly files: readonly object[];
  readonly arrays: readonly object[];
}

/** The bytes of the checksum, and of the length of the header after it. */
const [checksum, lengthOfHeader] = [32, 4];

function arraysOf(bytes: Buffer): number {
  return Math.ceil((checksum + lengthOfHeader + bytes.readUInt32LE(checksum)) / 4) * 4;
}

function withHeader(bytes: Buffer, change: (header: Header) => object | string): Buffer {
  const start = checksum + lengthOfHeader;
  const header = JSON.parse(bytes.toString("utf8", start, start + bytes.readUInt32LE(checksum))) as Header;
  const changed = change(header);
  const json = Buffer.from(typeof changed === "string" ? changed : JSON.stringify(changed));
  const front = Buffer.alloc(Math.ceil((start + json.length) / 4) * 4);
  front.writeUInt32LE(json.length, checksum);
  front.set(json, start);
  return withChecksum(Buffer.concat([front, bytes.subarray(arraysOf(bytes))]));
}

function withChecksum(bytes: Buffer): Buffer {
  bytes.set(createHash("sha256").update(bytes.subarray(checksum)).digest());
  return bytes;
}

/** Changes the segment on disk. Returns the answers before, and those of an index that is opened afterwards. */
async function answersAfter(change: (bytes: Buffer) => Buffer): Promise<{ wanted: unknown; found: unknown }> {
  const [folder, home] = [temporary(files), temporary()];
  const first = await openFolderRepository({ folder, home });
  await first.save();
  const own = join(home, readdirSync(home)[0]!);
  const at = join(
    own,
    readdirSync(own).find((name) => name.endsWith(".segment"))!,
  );
  writeFileSync(at, change(readFileSync(at)));
  return { wanted: answers(first), found: answers(await openFolderRepository({ folder, home })) };
}

function modified(home: string, name: string): number {
  return statSync(join(home, name, "files.json")).mtimeMs;
}
