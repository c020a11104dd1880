import { expect, test } from "vitest";
import { recommended, tokensPerSecond, type MachineSpeed } from "../../../extension/core/baseModels/decodeEstimate.ts";
import { catalogue } from "../../../extension/core/baseModels/catalogue.ts";
import { offer } from "../../../extension/core/baseModels/surveyBases.ts";

const offers = (memory: number) => catalogue.map((model) => offer(model, memory));

test("a step takes the time of its layers and of its weights, as each is stored", () => {
  const machine = { bytesPerSecond: { int4: 1e9, int8: 0.5e9 }, secondsPerLayer: 0.01 };
  expect(tokensPerSecond({ layers: 10, bytes: { int4: 0.4e9, int8: 0 } }, machine)).toBeCloseTo(2);
  expect(tokensPerSecond({ layers: 10, bytes: { int4: 0.4e9, int8: 0.25e9 } }, machine)).toBeCloseTo(1);
});

test("an embedding table is read only where it is the output head, too", () => {
  const bytes = (name: string) => offers(16e9).find(({ repository }) => repository.endsWith(name))!.step!.bytes;
  const [qwenLayer, deepseekLayer] = [(494_032_768 - 136_134_656) / 24, (1_346_471_936 - 132_120_576) / 24];
  expect(bytes("Coder-0.5B").int8).toBeCloseTo(((136_134_656 + qwenLayer) * 9) / 8);
  expect(bytes("1.3b-base").int8).toBeCloseTo(((132_120_576 / 2 + deepseekLayer) * 9) / 8);
});

test("recommends the largest that fits easily and is fast enough, and nothing that cannot be used", () => {
  const best = (memory: number, machine: MachineSpeed) => recommended(offers(memory), machine)?.repository;
  const fast = { bytesPerSecond: { int4: 200e9, int8: 200e9 }, secondsPerLayer: 0.02e-3 };
  expect(best(64e9, fast)).toBe("codellama/CodeLlama-7b-hf");
  expect(best(8e9, fast)).toBe("bigcode/starcoder2-3b");
  expect(best(16e9, { bytesPerSecond: { int4: 20e9, int8: 20e9 }, secondsPerLayer: 0.1e-3 })).toBe(
    "Qwen/Qwen2.5-Coder-0.5B",
  );
  expect(best(16e9, { bytesPerSecond: { int4: 2e9, int8: 2e9 }, secondsPerLayer: 1e-3 })).toBeUndefined();
  expect(best(0.5e9, fast)).toBeUndefined();
});
