import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage, collectRecentGarbage } from "../../../../extension/core/foundation/memory/collectGarbage.ts";

test("what nothing refers to is gone afterwards", async () => {
  const reference = new WeakRef({ text: "unused" });
  await nextTurn(); // A new reference keeps its object until the turn ends.
  expect(reference.deref()).toBeDefined();
  await nextTurn();
  collectGarbage();
  expect(reference.deref()).toBeUndefined();
});

test("arrays that have just become garbage are freed", () => {
  const { arrayBuffers: before } = process.memoryUsage();
  let sum = 0;
  for (let i = 0; i < 40; i++) {
    sum += new Float32Array(2 ** 20).fill(1)[i]!;
    collectRecentGarbage();
  }
  expect(sum).toBe(40);
  // 40 × 4 MiB were made; one or two may wait for the thread that frees them.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
});
