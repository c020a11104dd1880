import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import { readHeldOut } from "../../../../extension/core/evaluation/suites/heldOut.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-suite-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("readHeldOut: of a folder, with paths relative to it", async () => {
  await mkdir(join(folder, "p/pkg"), { recursive: true });
  await writeFile(join(folder, "p/pkg/a.py"), "x = 1\r\n");
  await writeFile(join(folder, "p/b.py"), "\0");
  expect(await readHeldOut(join(folder, "p"))).toEqual({
    name: "p",
    files: [{ path: "pkg/a.py", text: "x = 1\n" }],
    problems: [{ where: "b.py", message: say`The file is binary.` }],
  });
});

test("readHeldOut: of rows, bad ones listed by line", async () => {
  const rows = ['{"package":"p","path":"p/a.py","text":"x = 1\\n"}', '{"text":"x"}', '{"path":"a","text":" "}', "{"];
  const path = join(folder, "rows.jsonl");
  await writeFile(path, rows.join("\n"));
  expect(await readHeldOut(path)).toEqual({
    name: "rows.jsonl",
    files: [{ path: "p/a.py", text: "x = 1\n" }],
    problems: [
      { where: "rows.jsonl:2", message: say`"${"path"}" is missing.` },
      { where: "rows.jsonl:3", message: say`"${"text"}" is empty.` },
      {
        where: "rows.jsonl:4",
        message: { template: "The line is not valid JSON: {0}.", values: [expect.any(String)] },
      },
    ],
  });
});

test("readHeldOut: of rows, each with a path of its own", async () => {
  const rows = async (...of: (readonly [string | null | undefined, string])[]) => {
    const path = join(folder, "folders.jsonl");
    await writeFile(path, of.map(([from, name]) => JSON.stringify({ folder: from, path: name, text: "x" })).join("\n"));
    const { files, problems } = await readHeldOut(path);
    return [...files.map((file) => file.path), ...problems.map(({ where }) => `again: ${where}`)];
  };
  expect(await rows(["/home/me/one", "a.py"], ["/home/me/one", "b.py"])).toEqual(["a.py", "b.py"]);
  expect(await rows(["/home/me/one", "a.py"], ["/home/me/two", "a.py"])).toEqual(["one/a.py", "two/a.py"]);
  expect(await rows(["/me/1/src", "a.py"], ["/me/2/src/", "a.py"])).toEqual(["1/src/a.py", "2/src/a.py"]);
  expect(await rows(["C:\\me", "s/a.py"], ["C:\\me\\s", "a.py"])).toEqual(["me/s/a.py", "again: me/s/a.py"]);
  expect(await rows([null, "a.py"], ["/me", "a.py"])).toEqual(["a.py", "me/a.py"]);
  expect(await rows([undefined, "a.py"], [undefined, "a.py"])).toEqual(["a.py", "again: a.py"]);
});

test("readHeldOut leaves out files and rows with secrets, and says so", async () => {
  const secret = `PASSWORD = "${["tr0ub", "4dor"].join("")}"\n`;
  await mkdir(join(folder, "secrets"));
  await writeFile(join(folder, "secrets/a.py"), "x = 1\n");
  await writeFile(join(folder, "secrets/b.py"), secret);
  await writeFile(
    join(folder, "secret.jsonl"),
    [secret, "x = 1\n"].map((text) => JSON.stringify({ path: "a.py", text })).join("\n"),
  );
  expect(await readHeldOut(join(folder, "secrets"))).toMatchObject({
    files: [{ path: "a.py" }],
    problems: [{ where: "b.py", message: say`The file contains a secret in line ${1}.` }],
  });
  expect(await readHeldOut(join(folder, "secret.jsonl"))).toMatchObject({
    files: [{ path: "a.py", text: "x = 1\n" }],
    problems: [{ where: "secret.jsonl:1", message: say`The row holds a secret.` }],
  });
  await expect(readHeldOut(join(folder, "secrets/b.py"))).rejects.toMatchObject({ code: "suite-empty" });
});

test("readHeldOut refuses what holds no Python", async () => {
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "bad.jsonl"), "{}\n");
  await writeFile(join(folder, "notes.txt"), "x");
  await expect(readHeldOut(join(folder, "empty"))).rejects.toMatchObject({ code: "suite-empty" });
  await expect(readHeldOut(join(folder, "bad.jsonl"))).rejects.toMatchObject({
    code: "suite-empty",
    message: expect.stringContaining('bad.jsonl:1: "path" is missing'),
  });
  await expect(readHeldOut(join(folder, "notes.txt"))).rejects.toMatchObject({ code: "suite-format" });
  await expect(readHeldOut(join(folder, "nowhere"))).rejects.toMatchObject({ code: "suite-missing" });
});
