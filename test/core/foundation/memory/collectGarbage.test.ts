import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "../../../../extension/core/foundation/memory/collectGarbage.ts";

test("what nothing refers to is gone afterwards", async () => {
  const reference = new WeakRef({ text: "unused" });
  await nextTurn(); // A new reference keeps its object until the turn ends.
  expect(reference.deref()).toBeDefined();
  await nextTurn();
  collectGarbage();
  expect(reference.deref()).toBeUndefined();
});
