import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSafetensors, streamSafetensors, writeSafetensors } from "../../../extension/core/weights/safetensors.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/safetensors");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with this header, and `data` bytes of zeros after it. */
async function fileWith(header: unknown, data: number): Promise<string> {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(json.length));
  const path = join(folder, "case.safetensors");
  await writeFile(path, Buffer.concat([start, json, Buffer.alloc(data)]));
  return path;
}

const entry = (shape: number[], begin: number, end: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("openSafetensors", () => {
  test("reads F32, F16 and BF16 as the reference implementation wrote them", async () => {
    const expected = JSON.parse(await readFile(join(fixtures, "mixed.json"), "utf8"));
    const file = await openSafetensors(join(fixtures, "mixed.safetensors"));
    expect([...file.tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
    expect(file.metadata).toEqual({ format: "pt" });
    for (const name of Object.keys(expected).filter((key) => key !== "positions")) {
      const values = expected[name].values.map((text: string) =>
        text.endsWith("inf") ? Number(text.replace("inf", "Infinity")) : Number(text),
      );
      expect(file.tensors.get(name)?.shape).toEqual(expected[name].shape);
      expect(await file.read(name), name).toEqual(Float32Array.from(values));
    }
    await file.close();
  });

  test("reads a part of a tensor", async () => {
    const file = await openSafetensors(join(fixtures, "mixed.safetensors"));
    for (const name of ["matrix.float32", "matrix.float16"]) {
      const whole = await file.read(name);
      expect(await file.read(name, { start: 5, count: 4 })).toEqual(whole.slice(5, 9));
    }
    await expect(file.read("matrix.float32", { start: 10, count: 6 })).rejects.toThrow("internal:");
    await file.close();
  });

  test("refuses to read a tensor of integers, naming it and its dtype", async () => {
    const file = await openSafetensors(join(fixtures, "mixed.safetensors"));
    await expect(file.read("positions")).rejects.toMatchObject({
      code: "dtype-unsupported",
      message: expect.stringMatching(/"positions".*I64/),
    });
    await file.close();
  });

  test("says which tensor is missing", async () => {
    const file = await openSafetensors(join(fixtures, "mixed.safetensors"));
    await expect(file.read("lm_head")).rejects.toMatchObject({
      code: "tensor-missing",
      message: expect.stringContaining('"lm_head"'),
    });
    await file.close();
  });

  test("refuses a path where there is no file", async () => {
    await expect(openSafetensors(join(folder, "absent"))).rejects.toMatchObject({ code: "file-missing" });
  });

  test("refuses a file cut off at any byte", async () => {
    const whole = await readFile(join(fixtures, "plain.safetensors"));
    const path = join(folder, "cut.safetensors");
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      await expect(openSafetensors(path), `${length} bytes`).rejects.toMatchObject({ code: "safetensors-invalid" });
    }
  });

  test.each<[string, unknown, number, RegExp]>([
    ["no JSON", "{nope", 0, /not valid JSON/],
    ["a list as header", "[]", 0, /not a JSON object/],
    ["an entry without shape", { a: { dtype: "F32", data_offsets: [0, 4] } }, 4, /"a" lacks/],
    ["a fractional extent", { a: entry([0.5], 0, 2) }, 2, /"a" lacks/],
    ["a negative extent", { a: entry([-1, -1], 0, 4) }, 4, /"a" lacks/],
    ["an unknown dtype", { a: entry([1], 0, 4, "F31") }, 4, /unknown dtype F31/],
    ["a dtype named like a member of Object", { a: entry([1], 0, 4, "toString") }, 4, /unknown dtype toString/],
    ["an absurd shape", { a: entry([2 ** 40, 2 ** 40], 0, 4) }, 4, /too large/],
    ["offsets unlike the shape", { a: entry([2, 3], 0, 20) }, 20, /needs 24 bytes, but its offsets span 20/],
    ["offsets in reverse", { a: entry([1], 4, 0) }, 4, /offsets span -4/],
    ["offsets past the end", { a: entry([2], 0, 8) }, 4, /the file has only/],
    ["an overlap", { a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12, /"b" overlaps "a"/],
    ["a hole", { a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12, /4 bytes between "a" and "b"/],
    ["bytes left over", { a: entry([1], 0, 4) }, 5, /1 bytes after "a"/],
    // JSON keeps the last entry, so the bytes of the first belong to no tensor.
    [
      "a name given twice",
      `{"a":${JSON.stringify(entry([1], 0, 4))},"a":${JSON.stringify(entry([1], 4, 8))}}`,
      8,
      /4 bytes/,
    ],
    ["metadata that is no table of texts", { __metadata__: { format: 1 } }, 0, /metadata/],
  ])("refuses %s", async (_, header, data, message) => {
    const path = await fileWith(header, data);
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: "safetensors-invalid",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a header length over the limit and one over the file, without reserving the memory", async () => {
    const path = join(folder, "long.safetensors");
    for (const length of [2n ** 63n, 99_000_000n]) {
      const start = Buffer.alloc(16);
      start.writeBigUInt64LE(length);
      await writeFile(path, start);
      await expect(openSafetensors(path)).rejects.toMatchObject({ message: expect.stringMatching(/header claims/) });
    }
  });

  test("recognises a Git LFS pointer", async () => {
    const path = join(folder, "pointer.safetensors");
    await writeFile(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
    await expect(openSafetensors(path)).rejects.toMatchObject({ nextStep: expect.stringContaining("git lfs pull") });
  });
});

describe("writeSafetensors", () => {
  test("writes the very bytes of the reference implementation, whatever the order it is given", async () => {
    const tensors = [
      { name: "b.weight", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
      { name: "Z", shape: [1], data: Float32Array.of(1) },
      { name: "a.weight", shape: [2], data: Float32Array.of(-1.5, 0.25) },
    ];
    const path = join(folder, "plain.safetensors");
    await writeSafetensors(path, tensors, { format: "pt" });
    expect(await readFile(path)).toEqual(await readFile(join(fixtures, "plain.safetensors")));
  });

  test("round-trips any names and values", async () => {
    const path = join(folder, "any.safetensors");
    const tensor = fc.record({
      name: fc.string({ unit: "grapheme", minLength: 1 }),
      data: fc.float32Array({ maxLength: 9 }),
    });
    const distinct = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(distinct, async (items) => {
        await writeSafetensors(
          path,
          items.map(({ name, data }) => ({ name, data, shape: [data.length, 1] })),
        );
        const file = await openSafetensors(path);
        expect(file.tensors.size).toBe(items.length);
        for (const { name, data } of items) expect(await file.read(name)).toEqual(data);
        await file.close();
      }),
      { numRuns: 40 },
    );
  });

  test("refuses a shape that disagrees with the values, and leaves nothing behind", async () => {
    const path = join(folder, "wrong", "x.safetensors");
    const tensor = { name: "x", shape: [2, 2], data: new Float32Array(3) };
    await expect(writeSafetensors(path, [tensor])).rejects.toThrow("internal:");
    await expect(readdir(join(folder, "wrong"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("streamSafetensors", () => {
  test("copies tensors of any format, piece by piece", async () => {
    const source = await openSafetensors(join(fixtures, "mixed.safetensors"));
    const path = join(folder, "copy.safetensors");
    const tensors = [...source.tensors].map(([name, { dtype, shape }]) => {
      const elements = shape.reduce((product, extent) => product * extent, 1);
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        for (let start = 0; start < elements; start++) yield await source.readBytes(name, { start, count: 1 });
      };
      return { name, dtype, shape, bytes };
    });
    await streamSafetensors(path, tensors, source.metadata);
    const copy = await openSafetensors(path);
    expect([...copy.tensors.keys()].toSorted()).toEqual([...source.tensors.keys()].toSorted());
    for (const [name, { dtype }] of source.tensors) {
      expect(copy.tensors.get(name)?.dtype).toBe(dtype);
      expect(await copy.readBytes(name)).toEqual(await source.readBytes(name));
    }
    await Promise.all([source.close(), copy.close()]);
  });

  test("leaves nothing behind where a tensor gives fewer bytes than its shape needs", async () => {
    const tensor = { name: "x", dtype: "BF16", shape: [2], bytes: () => [new Uint8Array(3)] };
    await expect(streamSafetensors(join(folder, "short", "x.safetensors"), [tensor])).rejects.toThrow("internal:");
    expect(await readdir(join(folder, "short"))).toEqual([]);
  });
});
