/** A whole T5, from a Hugging Face folder through a training to completions: what only shows with data and files. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkAdapterFits } from "../../../extension/core/adapters/fit/adapterFit.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { openCompleter } from "../../../extension/core/completion/completer.ts";
import { train } from "../../../extension/core/training/train.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { writeTinyCheckpoint } from "../baseModels/tinyCheckpoint.ts";
import { tinyT5 } from "../architectures/tinyConfigs.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let options: Omit<TrainOptions, "out">;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-t5-"));
  await writeTinyCheckpoint(join(folder, "tiny-t5"), { config: { ...tinyT5, vocab_size: 512 } });
  const pairs = Array.from({ length: 12 }, (_, i) => ({ intent: `double ${i}`, code: `print(${i} * 2)` }));
  await writeFile(join(folder, "pairs.jsonl"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  await writeFile(join(folder, "code.py"), "def double(x):\n    return x * 2\n\n\n".repeat(30));
  options = {
    base: join(folder, "tiny-t5"),
    home: join(folder, "home"),
    embedded: join(import.meta.dirname, "../../../base"),
    dataFolder: join(folder, "data"),
    data: [join(folder, "pairs.jsonl")],
    validation: join(folder, "pairs.jsonl"),
    learningRate: 1e-2,
    steps: 8,
    batchSize: 6,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("train on an encoder-decoder", () => {
  test.each(["lora", "ia3", "prompt", "prefix"] as const)(
    "%s: an adapter that is started from has the loss it was kept for, and changes completions",
    async (method) => {
      const first = await train({ ...options, method, out: join(folder, method) }, { log: silentLog });
      const { before, best } = first.validationLoss!;
      expect(best).toBeLessThan(before);
      const second = await train(
        { ...options, method, init: first.adapter, steps: 1, out: join(folder, `${method} again`) },
        { log: silentLog },
      );
      expect(second.validationLoss!.before).toBeCloseTo(best, 4);

      const settings = JSON.parse(await readFile(join(first.adapter, "adapter_config.json"), "utf8")) as object;
      expect(settings).toMatchObject({ task_type: "SEQ_2_SEQ_LM" });
      const base = await resolveBase(options.base, options);
      checkAdapterFits(await readAdapter(first.adapter), base);

      const completer = await openCompleter(base);
      const request = { prefix: "x = print", suffix: "", maxTokens: 8 };
      const { logProbability: alone, candidates } = await completer.complete({ ...request, beams: 3 });
      expect(candidates.length).toBeGreaterThan(0);
      await completer.useAdapters([{ folder: first.adapter, scale: 1 }]);
      expect((await completer.complete({ ...request, beams: 3 })).logProbability).not.toBe(alone);
      await completer.release();
    },
  );

  test("learns source code, too", async () => {
    const data = [join(folder, "code.py")];
    const { validationLoss } = await train(
      { ...options, data, validation: join(folder, "code.py"), out: join(folder, "code") },
      { log: silentLog },
    );
    expect(validationLoss!.best).toBeLessThan(validationLoss!.before);
  });
});
