import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { openDatasets } from "../../../../extension/core/dataset/openDataset.ts";
import type { Dataset, Example } from "../../../../extension/core/dataset/example.ts";
import { holdOutChoice, type HoldOutOptions } from "../../../../extension/core/training/data/holdOutChoice.ts";
import { readHeldOutFiles, writeHeldOutFiles } from "../../../../extension/core/training/data/heldOutFiles.ts";
import { git as gitIn } from "../../../git.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "graft-hold-out-")));
});
afterEach(() => rm(folder, { recursive: true }));

const git = (...parameters: string[]): string => gitIn(folder, ...parameters);

async function write(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, `${name}.py`), `${name} = 1\n`);
}

/** Makes a repository of twenty files, of which the second commit adds `latest`. */
async function repository(...latest: string[]): Promise<void> {
  git("init", "-q");
  await write(...Array.from({ length: 20 - latest.length }, (_, i) => `old${i}`));
  git("add", "-A");
  git("commit", "-q", "-m", "Old");
  await write(...latest);
  git("add", "-A");
  git("commit", "-q", "-m", "New");
}

async function heldOut(options: Partial<HoldOutOptions>, data = [folder]): Promise<string[] | undefined> {
  const sources = await openDatasets(data, { dataFolder: "" });
  const choice = holdOutChoice({ fraction: 0.1, seed: 42, holdOut: "recent", log: silentLog, ...options });
  const all: [Dataset, Example][] = [];
  for (const source of sources) {
    for await (const entry of source.examples()) {
      if (!("kind" in entry)) continue;
      choice.add(source, entry);
      all.push([source, entry]);
    }
  }
  const isHeldOut = await choice.choose();
  if (!isHeldOut) return undefined;
  return all.flatMap(([source, entry]) => {
    if (!isHeldOut(source, entry)) return [];
    return entry.kind === "text" ? [entry.path!] : ["row"];
  });
}

describe("holdOutChoice", () => {
  test("holds out the files of the last commits, as many as the share says", async () => {
    await repository("newest", "new");
    expect(await heldOut({})).toEqual(["new.py", "newest.py"]);
    expect(await heldOut({ fraction: 0.05 })).toHaveLength(1);
  });

  test("holds out random files if asked to, without a repository, and if git knows too few", async () => {
    await repository("newest", "new");
    const random = await heldOut({ holdOut: "random" });
    expect(random).toHaveLength(2);
    expect(await heldOut({ fraction: 0.5 })).toEqual(await heldOut({ fraction: 0.5, holdOut: "random" }));
    await rm(join(folder, ".git"), { recursive: true });
    expect(await heldOut({})).toEqual(random);
    expect(await heldOut({ seed: 7 })).not.toEqual(random);
  });

  test("rows beside a folder are held out by their content", async () => {
    await repository("newest", "new");
    const rows = Array.from({ length: 50 }, (_, i) => JSON.stringify({ intent: `add ${i}`, code: `x + ${i}` }));
    await writeFile(join(folder, "rows.jsonl"), rows.join("\n"));
    const held = await heldOut({}, [folder, join(folder, "rows.jsonl")]);
    expect(held).toEqual(["new.py", "newest.py", ...Array.from({ length: 5 }, () => "row")]);
  });

  test("what one of two folders holds out is held out of the other, too", async () => {
    const [dated, plain] = [join(folder, "dated"), join(folder, "plain")];
    await mkdir(dated);
    git("-C", dated, "init", "-q");
    for (let i = 0; i < 20; i++) {
      await writeFile(join(dated, `f${i}.py`), `f${i} = 1\n`);
      git("-C", dated, "add", "-A");
      if (i >= 15) git("-C", dated, "commit", "-q", "-m", "More");
    }
    await cp(dated, plain, { recursive: true, filter: (path) => !path.endsWith(".git") });
    const held = (await heldOut({ fraction: 0.2 }, [dated, plain]))!;
    const paths = new Set(held);
    expect(paths.size).toBeGreaterThan(4);
    expect(held.toSorted()).toEqual([...paths, ...paths].toSorted());
  });

  test("nothing is held out of nothing, and the last example is not held out", async () => {
    await write("only");
    expect(await heldOut({ fraction: 0 })).toEqual([]);
    expect(await heldOut({})).toBeUndefined();
    git("init", "-q");
    git("add", "-A");
    git("commit", "-q", "-m", "Only");
    expect(await heldOut({})).toBeUndefined();
  });
});

describe("held-out files of a run", () => {
  const source: Dataset = { name: "shop", kind: "source", folder: "/shop", async *examples() {} };

  test("are kept as they were, and at most two hundred of them", async () => {
    const writer = writeHeldOutFiles(folder, 1, 42);
    writer.add(source, { kind: "text", text: "a = 'ü'\n", path: "pkg/a.py" });
    writer.add({ ...source, kind: "rows" }, { kind: "text", text: "a row" });
    writer.close();
    expect(await readHeldOutFiles(folder)).toEqual([{ folder: "/shop", path: "pkg/a.py", text: "a = 'ü'\n" }]);

    const many = writeHeldOutFiles(folder, 4000, 42);
    for (let i = 0; i < 4000; i++) many.add(source, { kind: "text", text: `${i}`, path: `${i}.py` });
    many.close();
    const kept = await readHeldOutFiles(folder);
    expect(kept.length).toBeGreaterThan(150);
    expect(kept.length).toBeLessThan(250);
  });

  test("are none if nothing was held out, and survive a last line that was cut off", async () => {
    expect(await readHeldOutFiles(folder)).toEqual([]);
    await writeFile(join(folder, "held-out.jsonl"), '{"folder":null,"path":"a.py","text":"a"}\n{"folder":null,"pa');
    expect(await readHeldOutFiles(folder)).toEqual([{ folder: null, path: "a.py", text: "a" }]);
  });
});
