/**
 * Measures how fast this machine reads quantized weights for one token at a time, which bounds the decoding of a large
 * base.
 */

import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linear } from "../graph/composites/linear.ts";
import { storedWeight, type Weight } from "../graph/composites/weight.ts";
import { lower } from "../graph/lower.ts";
import { blockSize, type Storage } from "../graph/storage.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { encode } from "../onnx/encode.ts";
import { floats, openSession } from "../runtime/session.ts";

/**
 * The sizes of a chain of matrix product pairs, as wide as in a model with half a billion parameters: 84 MB in 4 bits,
 * 151 MB in 8.
 */
const [pairs, narrow, wide] = [16, 1024, 4096];
const scales = (4 * narrow * wide) / blockSize;
const weightFile = "weights.bin";

/** Returns bytes per second, scales included: the median of `runs` runs. */
export async function measureWeightSpeed(bits: 4 | 8, runs = 9): Promise<number> {
  const blocks = (narrow * wide * bits) / 8;
  const folder = await mkdtemp(join(tmpdir(), "graft-speed-"));
  try {
    await writeWeights(join(folder, weightFile), blocks);
    const x = input("x", "float32", [1, narrow]);
    const chain = Array.from({ length: 2 * pairs }, (_, i) => i).reduce<Tensor>(
      (y, i) => linear(y, matrix(i, bits, blocks)),
      x,
    );
    const [y] = lower([chain], "inference");
    const session = await openSession(encode({ y: y! }, weightFile), { purpose: "inference", weightFolder: folder });
    try {
      const feeds = { x: floats(new Float32Array(narrow).fill(1), [1, narrow]) };
      const seconds: number[] = [];
      for (let run = -2; run < runs; run++) {
        const start = performance.now();
        await session.run(feeds);
        if (run >= 0) seconds.push((performance.now() - start) / 1000);
      }
      return (2 * pairs * (blocks + scales)) / seconds.toSorted((a, b) => a - b)[runs >> 1]!;
    } finally {
      await session.release();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes small scales, so that no number overflows, and a file without holes, which would be read as one page of zeros. */
async function writeWeights(path: string, blocks: number): Promise<void> {
  const file = await open(path, "w");
  try {
    const codes = Uint8Array.from({ length: blocks }, (_, i) => (i * 73) & 0xff);
    const values = new Uint8Array(new Float32Array(scales / 4).fill(1e-3).buffer);
    for (let i = 0; i < 2 * pairs; i++) {
      await file.writeFile(codes);
      await file.writeFile(values);
    }
  } finally {
    await file.close();
  }
}

/** Returns weight `i`. The first of a pair widens its input, the second narrows it again. */
function matrix(i: number, bits: 4 | 8, blocks: number): Weight {
  const start = i * (blocks + scales);
  const storage = {
    format: bits === 4 ? "int4" : "int8",
    blocks: { offset: start, length: blocks },
    scales: { offset: start + blocks, length: scales },
  } satisfies Storage;
  return storedWeight([{ name: `matrix ${i}`, shape: i % 2 === 0 ? [wide, narrow] : [narrow, wide], storage }]);
}
