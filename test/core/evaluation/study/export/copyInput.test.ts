/** Which files of a model's folder an export copies if links lead out of the folder. */

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyInput } from "../../../../../extension/core/evaluation/study/export/copyInput.ts";

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-copy-"))));
afterEach(() => rm(folder, { recursive: true }));

test("a link out of a foreign adapter's folder is left out, and listed", async () => {
  await mkdir(at("evil"));
  await writeFile(at("id_rsa"), "PRIVATE KEY");
  await writeFile(at("evil", "adapter_config.json"), "{}");
  await writeFile(at("evil", "adapter_model.safetensors"), "x");
  await writeFile(at("evil", "LICENCE"), "mine");
  await symlink(at("id_rsa"), at("evil", "LICENSE"));
  expect(await copyInput(at("evil"), at("copy"), true)).toBe("LICENSE (a link out of the folder)");
  expect((await readdir(at("copy"))).toSorted()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
});

test("links of Hugging Face's cache are its files", async () => {
  await mkdir(at("models--x", "blobs"), { recursive: true });
  await mkdir(at("models--x", "snapshots", "1"), { recursive: true });
  await writeFile(at("models--x", "blobs", "c"), "{}");
  await writeFile(at("models--x", "snapshots", "1", "model.safetensors"), "x");
  await symlink("../../blobs/c", at("models--x", "snapshots", "1", "config.json"));
  expect(await copyInput(at("models--x", "snapshots", "1"), at("copy"), true)).toBeUndefined();
  expect(await readFile(at("copy", "config.json"), "utf8")).toBe("{}");
});
