import { join } from "node:path";
import * as zlib from "node:zlib";
import { expect, test } from "vitest";
import { boundedCompressors, parquetLimits } from "../../../../extension/core/dataset/parquet/boundedParquet.ts";
import { parquetRows } from "../../../../extension/core/dataset/parquet/parquetRows.ts";

const fixture = join(import.meta.dirname, "../../../fixtures/benchmarks/repobench.parquet");

test("parquetRows: a file that says it unpacks to more than the limits is refused, and one within them is read", async () => {
  for (const limits of [
    { ...parquetLimits, bytes: 100 },
    { ...parquetLimits, rows: 1 },
  ]) {
    const reading = parquetRows(fixture, { limits }).next();
    await expect(reading).rejects.toMatchObject({
      code: "file-too-large",
      message: expect.stringContaining("row group") as string,
    });
  }
  const one = { columns: ["token_num"], limits: { ...parquetLimits, bytes: 1000 } };
  expect((await parquetRows(fixture, one).next()).value).toMatchObject({ object: { token_num: 700 } });
});

/** Node has it since 22.15; the types are those of Node 20, which the extension supports. */
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: typeof zlib.gzipSync | undefined };

test.skipIf(!zstdCompressSync)(
  "boundedCompressors: no page takes more memory than its length, nor all together than the limit",
  () => {
    const zeros = Buffer.alloc(2 ** 26);
    const bombs = [
      ["GZIP", zlib.gzipSync(zeros)],
      ["ZSTD", zstdCompressSync!(zeros)],
      ["BROTLI", zlib.brotliCompressSync(zeros)],
    ] as const;
    for (const [codec, bomb] of bombs) {
      const unpack = boundedCompressors(1000)[codec]!;
      const before = process.memoryUsage().arrayBuffers;
      try {
        expect(unpack(bomb, 100)).toHaveLength(100);
      } catch {
        // Some decompressors notice that the page is longer than it says.
      }
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
      expect(() => unpack(bomb, 950)).toThrow("the limit is 1000");
    }
    const sound = boundedCompressors(1000)["ZSTD"]!(zstdCompressSync!(Buffer.from("abc")), 3);
    expect(Buffer.from(sound).toString()).toBe("abc");
  },
);
