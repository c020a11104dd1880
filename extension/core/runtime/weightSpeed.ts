/** How fast this machine goes through weights in 4 bits, one token at a time: what bounds the decoding of a large base. */

import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linear } from "../graph/composites/linear.ts";
import { storedWeight } from "../graph/composites/weight.ts";
import { lower } from "../graph/lower.ts";
import { add } from "../graph/primitives/elementwise.ts";
import { blockSize, type StoredTensor } from "../graph/storage.ts";
import { input } from "../graph/tensor.ts";
import { encode } from "../onnx/encode.ts";
import { floats, openSession } from "./session.ts";

/** 84 MB in all: more than a processor keeps in its caches, and little enough to be gone through in milliseconds. */
const [matrices, rows, columns] = [4, 4096, 8192];
const blocks = (rows * columns) / 2;
const scales = (4 * rows * columns) / blockSize;
const weightFile = "weights.bin";

/** @returns bytes a second in the fastest of `runs` runs: that in which other programs got least in the way */
export async function measureWeightSpeed(runs = 20): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "graft-speed-"));
  try {
    const file = await open(join(folder, weightFile), "w");
    await file.truncate(matrices * (blocks + scales)); // Zeros: a product takes as long with them as with others.
    await file.close();
    const x = input("x", "float32", [1, columns]);
    const products = Array.from({ length: matrices }, (_, i) => linear(x, storedWeight([matrix(i)])));
    const [y] = lower([products.reduce((sum, product) => add(sum, product))], "inference");
    const session = await openSession(encode({ y: y! }, weightFile), { purpose: "inference", weightFolder: folder });
    try {
      const feeds = { x: floats(new Float32Array(columns).fill(1), [1, columns]) };
      const seconds: number[] = [];
      for (let run = -2; run < runs; run++) {
        const start = performance.now();
        await session.run(feeds);
        if (run >= 0) seconds.push((performance.now() - start) / 1000);
      }
      return (matrices * (blocks + scales)) / Math.min(...seconds);
    } finally {
      await session.release();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function matrix(i: number): StoredTensor {
  const start = i * (blocks + scales);
  const storage = {
    format: "int4",
    blocks: { offset: start, length: blocks },
    scales: { offset: start + blocks, length: scales },
  } as const;
  return { name: `matrix ${i}`, shape: [rows, columns], storage };
}
