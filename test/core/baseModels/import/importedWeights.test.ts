/** What an import makes of weights: at 32, 16, 8 and 4 bits. */

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { weightRequests } from "../../../../extension/core/architectures/architectures.ts";
import { dequantizeBlocks, quantizeBlocks } from "../../../../extension/core/quantization/blockwise.ts";
import { widen } from "../../../../extension/core/weights/dtype.ts";
import { writeTinyCheckpoint } from "../tinyCheckpoint.ts";
import { importBed } from "./importBed.ts";

let source: string;
let home: string;
importBed((bed) => ({ source, home } = bed));

const query = "model.layers.0.self_attn.q_proj.weight";

/** Returns the values of a stored tensor, read back from the weight file. */
async function storedValues({ tensors, weightsPath }: InstalledBase, name: string): Promise<Float32Array> {
  const file = await readFile(weightsPath);
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no ${name}`);
  const {
    storage,
    shape: [rows = 0, columns = 0],
  } = tensor;
  const bytes = ({ offset, length }: { offset: number; length: number }) =>
    new Uint8Array(file.subarray(offset, offset + length));
  if ("bytes" in storage) return widen(storage.format === "float32" ? "F32" : "F16", bytes(storage.bytes), name);
  const quantized = { blocks: bytes(storage.blocks), scales: new Float32Array(bytes(storage.scales).buffer) };
  return dequantizeBlocks(quantized, rows, columns, storage.format === "int4" ? 4 : 8);
}

describe("importBase", () => {
  test("at 32 bits keeps every value exactly", async () => {
    const weights = await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 32 });
    expect([...base.tensors.keys()].toSorted()).toEqual([...weights.keys()].toSorted());
    for (const [name, { data }] of weights) expect(await storedValues(base, name)).toEqual(data);
  });

  test("at 16 bits keeps matrices to eleven bits of each value, and vectors exactly", async () => {
    const weights = await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 16 });
    for (const [name, { data, shape }] of weights) {
      const stored = await storedValues(base, name);
      expect(base.tensors.get(name)?.storage.format).toBe(shape.length === 1 ? "float32" : "float16");
      const worst = stored.reduce((most, value, i) => {
        return Math.max(most, Math.abs(value - data[i]!) / Math.max(Math.abs(data[i]!), 2 ** -14));
      }, 0);
      if (shape.length === 1) expect(worst).toBe(0);
      else expect(worst).toBeLessThanOrEqual(2 ** -11);
    }
  });

  test("at 16 bits refuses a value that float16 cannot hold", async () => {
    await writeTinyCheckpoint(source, { edit: (w) => w.get(query)?.data.fill(65_520, 3, 4) });
    await expect(importBase({ source, home, bits: 16 })).rejects.toMatchObject({
      code: "weights-not-finite",
      message: expect.stringMatching(/q_proj.*in 16 bits/),
    });
  });

  test("at 4 bits quantizes to int4, embedding and first layer to int8, and leaves vectors alone", async () => {
    const weights = await writeTinyCheckpoint(source, { config: { num_hidden_layers: 11 } });
    const { base } = await importBase({ source, home, bits: 4 });
    for (const [
      name,
      {
        data,
        shape: [rows = 0, columns = 0],
      },
    ] of weights) {
      const bits = name.includes("embed") || name.includes(".layers.0.") ? 8 : 4;
      const vector = name.includes("norm");
      expect(base.tensors.get(name)?.storage.format).toBe(vector ? "float32" : `int${bits}`);
      const expected = vector ? data : dequantizeBlocks(quantizeBlocks(data, rows, columns, bits), rows, columns, bits);
      expect(await storedValues(base, name)).toEqual(expected);
    }
  });

  test("stores a matrix whose columns make no whole blocks as float32", async () => {
    await writeTinyCheckpoint(source, { config: { intermediate_size: 80, num_hidden_layers: 2 } });
    const { base } = await importBase({ source, home, bits: 4 });
    expect(base.tensors.get("model.layers.1.mlp.down_proj.weight")?.storage.format).toBe("float32");
    expect(base.tensors.get("model.layers.1.mlp.up_proj.weight")?.storage.format).toBe("int4");
  });

  test.each([4, 32] as const)(
    "at %i bits lays the tensors of a product side by side, aligned, without overlap",
    async (bits) => {
      await writeTinyCheckpoint(source);
      const { base } = await importBase({ source, home, bits });
      const all: { offset: number; length: number }[] = [];
      for (const { names } of weightRequests(base.config)) {
        const parts = names.map((name) => {
          const storage = base.tensors.get(name)?.storage;
          if (!storage) throw new Error(`no ${name}`);
          return "bytes" in storage ? [storage.bytes] : [storage.blocks, storage.scales];
        });
        for (const column of [0, 1]) {
          const ranges = parts.map((part) => part[column]).filter((range) => range !== undefined);
          if (ranges[0]) expect(ranges[0].offset % 64).toBe(0);
          for (const [i, range] of ranges.slice(1).entries()) {
            expect(range.offset).toBe((ranges[i]?.offset ?? NaN) + (ranges[i]?.length ?? NaN));
          }
          all.push(...ranges);
        }
      }
      const ordered = all.toSorted((a, b) => a.offset - b.offset);
      for (const [i, { offset }] of ordered.slice(1).entries()) {
        expect(offset).toBeGreaterThanOrEqual((ordered[i]?.offset ?? NaN) + (ordered[i]?.length ?? NaN));
      }
    },
  );
});
