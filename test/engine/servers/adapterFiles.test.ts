import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { withReport } from "../../../extension/core/training/output/trainingReport.ts";
import { adapterDetails, exportAdapter } from "../../../extension/engine/servers/adapterFiles.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(): Promise<string> {
  const matrices = { a: new Float32Array(128), b: new Float32Array(128), inFeatures: 64, outFeatures: 64 };
  const modules = new Map([["model.layers.0.self_attn.q_proj", matrices]]);
  const scaling = { rank: 2, alpha: 2, dropout: 0, rsLora: false, scaling: 1 };
  const path = join(folder, "style");
  await writeAdapter(path, { method: "lora", name: "style", baseModel: "", ...scaling, modules });
  return path;
}

test("adapterDetails tells the size, and of a training its data and figures", async () => {
  const path = await write();
  const { size } = await stat(join(path, "adapter_model.safetensors"));
  expect(await adapterDetails(path)).toEqual({ bytes: size, writtenAt: expect.any(Number) as number });
  const report = {
    settings: {},
    sources: ["shop", "conala"],
    steps: 60,
    tokens: 100,
    seconds: 12,
    trainLoss: 1,
    trainableParameters: 256,
    peakMemoryBytes: 1,
    validationLoss: { before: 2, best: 1.5, last: 1.6 },
  };
  await withReport({ names: new Set(), write: async () => {} }, report).write(path);
  expect((await adapterDetails(path)).training).toEqual({
    steps: 60,
    seconds: 12,
    sources: ["shop", "conala"],
    validation: { before: 2, best: 1.5 },
  });
});

test("a folder without weights has no size and no date", async () => {
  expect(await adapterDetails(join(folder, "gone"))).toEqual({ bytes: 0, writtenAt: 0 });
});

test("exportAdapter writes the file that the command line would", async () => {
  const out = join(folder, "style.onnx_adapter");
  const question = {
    folder: await write(),
    to: "onnx-adapter",
    out,
    base: "",
    home: folder,
    embedded: folder,
  } as const;
  const bytes = await exportAdapter(question, { log: silentLog });
  const written = await readFile(out);
  expect(written.length).toBe(bytes);
  // FlatBuffers' identifier of ONNX Runtime's adapters.
  expect(written.subarray(4, 8).toString("latin1")).toBe("TORT");
});
