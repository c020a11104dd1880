import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPlainFile, readPlainText } from "../../../extension/core/foundation/plainFile.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-plain-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test("reads a file, also through a link", async () => {
  await writeFile(join(folder, "a"), "grün");
  await symlink(join(folder, "a"), join(folder, "b"));
  expect(await readPlainText(join(folder, "b"))).toBe("grün");
});

test("a byte-order mark is no part of the text", async () => {
  await writeFile(join(folder, "a"), "\uFEFF{}\uFEFF");
  expect(await readPlainText(join(folder, "a"))).toBe("{}\uFEFF");
});

test.skipIf(process.platform === "win32")("refuses devices and pipes at once", async () => {
  await symlink("/dev/zero", join(folder, "zero"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const name of ["zero", "pipe"]) {
    await expect(readPlainFile(join(folder, name))).rejects.toMatchObject({ code: "file-irregular" });
  }
});

test("refuses what is too large, and passes on what the system says", async () => {
  await writeFile(join(folder, "a"), "12345");
  await expect(readPlainFile(join(folder, "a"), 4)).rejects.toMatchObject({ code: "file-too-large" });
  expect((await readPlainFile(join(folder, "a"), 5)).length).toBe(5);
  await expect(readPlainFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  await expect(readPlainFile(folder)).rejects.toMatchObject({ code: "EISDIR" });
});
