import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openModelFolder } from "../../../extension/core/weights/modelFolder.ts";
import { writeSafetensors } from "../../../extension/core/weights/safetensors.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-model-"));
});
afterEach(() => rm(folder, { recursive: true }));

const tensor = (name: string, ...values: number[]) => ({
  name,
  shape: [values.length],
  data: Float32Array.from(values),
});
const put = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));

describe("openModelFolder", () => {
  test("reads config.json and the tensors of one file", async () => {
    await put("config.json", { model_type: "llama" });
    await writeSafetensors(join(folder, "model.safetensors"), [tensor("a", 1, 2), tensor("b", 3)]);
    const model = await openModelFolder(folder);
    expect(model.config).toEqual({ model_type: "llama" });
    expect([...model.tensors.keys()]).toEqual(["a", "b"]);
    expect(await model.read("a", { start: 1, count: 1 })).toEqual(Float32Array.of(2));
    await expect(model.read("c")).rejects.toMatchObject({
      code: "tensor-missing",
      message: expect.stringContaining('"c"'),
    });
    await model.close();
  });

  test("reads each tensor of a sharded model from the shard its index names", async () => {
    await put("config.json", {});
    await put("model.safetensors.index.json", {
      metadata: { total_size: 20 },
      weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" },
    });
    await writeSafetensors(join(folder, "model-1.safetensors"), [tensor("a", 1), tensor("b", 9)]);
    await writeSafetensors(join(folder, "model-2.safetensors"), [tensor("b", 2)]);
    const model = await openModelFolder(folder);
    expect(model.tensors.size).toBe(2);
    expect(await model.read("b")).toEqual(Float32Array.of(2));
    await model.close();
  });

  test("names a missing shard, and a tensor that the index promises in vain", async () => {
    await put("config.json", {});
    await put("model.safetensors.index.json", { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } });
    await writeSafetensors(join(folder, "model-1.safetensors"), [tensor("a", 1)]);
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      message: expect.stringContaining("model-2.safetensors, which is missing"),
    });
    await writeSafetensors(join(folder, "model-2.safetensors"), [tensor("other", 1)]);
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/model-2.*lists tensor "b"/),
    });
  });

  test.each<[string, unknown]>([
    ["no JSON", "{"],
    ["no map", { weight_map: ["model-1.safetensors"] }],
    ["a map to numbers", { weight_map: { a: 1 } }],
    ["nothing of an index", []],
  ])("refuses an index that holds %s", async (_, index) => {
    await put("config.json", {});
    await put("model.safetensors.index.json", index);
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      code: "model-folder-invalid",
      message: expect.stringContaining("not an index"),
    });
  });

  test.each(["model.safetensors", "model-1.safetensors"])("refuses a folder in the place of %s", async (name) => {
    await put("config.json", {});
    if (name !== "model.safetensors") await put("model.safetensors.index.json", { weight_map: { a: name } });
    await mkdir(join(folder, name));
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: "safetensors-invalid" });
  });

  test("refuses an index that reaches outside the folder", async () => {
    await put("config.json", {});
    await put("model.safetensors.index.json", { weight_map: { a: "../secret.safetensors" } });
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      code: "model-folder-invalid",
      message: expect.stringContaining("../secret"),
    });
  });

  test("refuses pickled weights and shows the way out", async () => {
    await put("config.json", {});
    await put("pytorch_model.bin", "");
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      code: "model-folder-invalid",
      message: expect.stringContaining("pytorch_model.bin"),
      nextStep: expect.stringContaining("safetensors"),
    });
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["a folder without config.json", async () => {}, /no config\.json/],
    ["a broken config.json", () => put("config.json", "{"), /config\.json is not valid JSON/],
    ["a folder in the place of config.json", () => mkdir(join(folder, "config.json")), /config\.json that can be read/],
    ["a folder without weights", () => put("config.json", {}), /no model\.safetensors/],
  ])("refuses %s", async (_, prepare, message) => {
    await prepare();
    await expect(openModelFolder(folder)).rejects.toMatchObject({
      code: "model-folder-invalid",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a missing folder", async () => {
    await expect(openModelFolder(join(folder, "absent"))).rejects.toMatchObject({
      code: "model-folder-invalid",
      message: expect.stringContaining("no such folder"),
    });
  });
});
