import { expect, test } from "vitest";
import { recommended, tokensPerSecond, type MachineSpeed } from "../../../extension/core/baseModels/decodeEstimate.ts";
import { catalogue } from "../../../extension/core/baseModels/catalogue.ts";
import { offer } from "../../../extension/core/baseModels/surveyBases.ts";

const offers = (memory: number) => catalogue.map((model) => offer(model, memory));
const named = (name: string) => offers(16e9).find(({ repository }) => repository.endsWith(name))!;

test("a step takes the time of its layers and of its weights", () => {
  const machine = { bytesPerSecond: 1e9, secondsPerLayer: 0.01 };
  expect(tokensPerSecond({ layers: 10, bytes: 0.4e9 }, machine)).toBeCloseTo(2);
  expect(tokensPerSecond({ layers: 10, bytes: 0.9e9 }, machine)).toBeCloseTo(1);
});

test("a table that only embeds is not read: of one that is the output head, too, all is", () => {
  const [qwen, deepseek] = [named("Coder-0.5B"), named("1.3b-base")];
  expect(qwen.step?.bytes).toBe(qwen.bytes);
  expect(deepseek.bytes - deepseek.step!.bytes).toBe((32_256 * 2048 * 9) / 8);
});

test("recommends the largest that fits easily and is fast enough, and nothing that cannot be used", () => {
  const best = (memory: number, machine: MachineSpeed) => recommended(offers(memory), machine)?.repository;
  const fast = { bytesPerSecond: 200e9, secondsPerLayer: 0.02e-3 };
  expect(best(64e9, fast)).toBe("codellama/CodeLlama-7b-hf");
  expect(best(8e9, fast)).toBe("bigcode/starcoder2-3b");
  expect(best(16e9, { bytesPerSecond: 10e9, secondsPerLayer: 0.1e-3 })).toBe("Qwen/Qwen2.5-Coder-0.5B");
  expect(best(16e9, { bytesPerSecond: 2e9, secondsPerLayer: 1e-3 })).toBeUndefined();
  expect(best(0.5e9, fast)).toBeUndefined();
});
