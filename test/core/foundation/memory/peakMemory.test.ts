import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const module = new URL("../../../../extension/core/foundation/memory/peakMemory.ts", import.meta.url);

/** Returns the number that the script prints in a separate process, in which it can call `peakMemoryBytes`. */
function printed(script: string): number {
  const whole = `import { peakMemoryBytes } from "${module.href}"; ${script}`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", whole], { encoding: "utf8" }));
}

test("a peak stays when the memory is free again", () => {
  const script = "const before = peakMemoryBytes(); Buffer.alloc(2 ** 28, 1); console.log(peakMemoryBytes() - before);";
  expect(printed(script)).toBeGreaterThan(2 ** 27);
});

test("a process has a peak of its own, not that of the process that started it", () => {
  const large = Buffer.alloc(2 ** 29, 1);
  const told = printed("console.log(peakMemoryBytes());");
  expect(told).toBeGreaterThan(2e7);
  expect(told).toBeLessThan(large.length / 2);
});
