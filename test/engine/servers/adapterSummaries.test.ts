import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { adapterFormats } from "../../../extension/core/adapters/formats/convertAdapter.ts";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { english, say } from "../../../extension/core/foundation/words/said.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { adapterSummaries } from "../../../extension/engine/servers/adapterSummaries.ts";
import { serveLibrary } from "../../../extension/engine/servers/libraryServer.ts";
import { adaptersRequest, type AdapterSummary } from "../../../extension/engine/protocol/library.ts";
import { ask } from "../../../extension/engine/wire.ts";
import { writeTinyCheckpoint } from "../../core/baseModels/tinyCheckpoint.ts";

let folder: string;
let library: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-summaries-"));
  library = join(folder, "adapters");
  await mkdir(library);
});
afterEach(() => rm(folder, { recursive: true }));

async function writeLora(name: string, baseModel = ""): Promise<void> {
  const matrices = { a: new Float32Array(128), b: new Float32Array(128), inFeatures: 64, outFeatures: 64 };
  const modules = new Map([["model.layers.0.self_attn.q_proj", matrices]]);
  const scaling = { rank: 2, alpha: 2, dropout: 0, rsLora: false, scaling: 1 };
  await writeAdapter(join(library, name), { method: "lora", name, baseModel, ...scaling, modules });
}

/** Its weight file is 8 GiB, but takes no space on the disk. */
async function writeHuge(name: string): Promise<void> {
  await writeLora(name);
  const columns = 2 ** 29;
  const header = Buffer.from(
    JSON.stringify({
      "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": {
        dtype: "F32",
        shape: [2, columns],
        data_offsets: [0, 8 * columns],
      },
      "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight": {
        dtype: "F32",
        shape: [columns, 2],
        data_offsets: [8 * columns, 16 * columns],
      },
    }),
  );
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const file = await open(join(library, name, "adapter_model.safetensors"), "w");
  await file.write(Buffer.concat([size, header]));
  await file.truncate(8 + header.length + 16 * columns);
  await file.close();
}

describe("adapterSummaries", () => {
  test("reads no weights", async () => {
    await writeHuge("huge");
    const before = process.memoryUsage().rss;
    const startedAt = performance.now();
    expect(await adapterSummaries(library, undefined, silentLog)).toEqual([
      { name: "huge", folder: join(library, "huge"), description: say`LoRA, rank ${2}`, formats: adapterFormats },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
  });

  test("tells which adapters are virtual tokens, which have no scale and no other format", async () => {
    await writeLora("lora");
    const values = { tokens: 2, hiddenSize: 8, stacks: 1 as const, values: new Float32Array(16) };
    await writeAdapter(join(library, "soft"), { method: "prompt", name: "soft", baseModel: "", ...values });
    const summaries = await adapterSummaries(library, undefined, silentLog);
    expect(summaries.map(({ name, isVirtual, formats }) => [name, isVirtual, formats])).toEqual([
      ["lora", undefined, ["onnx-adapter", "gguf"]],
      ["soft", true, undefined],
    ]);
  });

  test("tells the base's name, without the folders that it may lie in", async () => {
    await writeLora("named", "acme/coder-1b");
    expect(await adapterSummaries(library, undefined, silentLog)).toMatchObject([{ name: "named", base: "coder-1b" }]);
  });

  test("one that fails in a way nobody thought of is listed with its reason, beside the others", async () => {
    await writeLora("good");
    await mkdir(join(library, "odd", "adapter_config.json"), { recursive: true });
    await mkdir(join(library, "torn"));
    await writeFile(join(library, "torn", "adapter_config.json"), "{");
    const [good, odd, torn] = await adapterSummaries(library, undefined, silentLog);
    expect(good).toMatchObject({ name: "good", description: say`LoRA, rank ${2}` });
    expect(good).not.toHaveProperty("problem");
    expect(odd?.name).toBe("odd");
    expect(english(odd!.problem!.message)).toContain("EISDIR");
    expect(torn?.name).toBe("torn");
    expect(english(torn!.problem!.message)).toContain("adapter_config.json");
  });

  test("a library that cannot be read is an error, one that is not there yet is empty", async () => {
    expect(await adapterSummaries(join(folder, "none"), undefined, silentLog)).toEqual([]);
    await writeFile(join(folder, "file"), "");
    await expect(adapterSummaries(join(folder, "file"), undefined, silentLog)).rejects.toMatchObject({
      code: "ENOTDIR",
    });
  });
});

describe("serveLibrary", () => {
  test("says which adapters fit the base that is asked about", { timeout: 60_000 }, async () => {
    await writeLora("good");
    const source = join(folder, "source");
    await writeTinyCheckpoint(source);
    const home = join(folder, "home");
    const { name } = (await importBase({ source, home, name: "tiny", bits: 8 })).base;
    const wide = join(folder, "wide");
    await writeTinyCheckpoint(wide, { config: { hidden_size: 96, num_attention_heads: 6 } });
    const other = (await importBase({ source: wide, home, name: "wide", bits: 8 })).base;
    const [there, back] = [new PassThrough(), new PassThrough()];
    const server = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
    const client = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
    serveLibrary(server, silentLog);
    server.listen();
    client.listen();
    const listed = (base: string): Promise<AdapterSummary[]> =>
      ask(client, adaptersRequest, { home, embedded: "", base, library });

    const description = say`LoRA, rank ${2}`;
    const good = { name: "good", folder: join(library, "good"), description, formats: adapterFormats };
    expect(await listed(name)).toEqual([good]);
    const [unfit] = await listed(other.name);
    expect(unfit?.name).toBe("good");
    expect(english(unfit!.problem!.message)).toContain("96");
    // Completion says that this base is missing; the adapters are listed nonetheless.
    expect(await listed("missing")).toEqual([good]);
    client.dispose();
    server.dispose();
  });
});
