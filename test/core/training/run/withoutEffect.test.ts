import { expect, test } from "vitest";
import type { TrainOptions } from "../../../../extension/core/training/request.ts";
import { refuseWithoutEffect } from "../../../../extension/core/training/run/withoutEffect.ts";

const options: TrainOptions = {
  base: "",
  home: "h",
  embedded: "e",
  data: [import.meta.dirname],
  dataFolder: "f",
  out: "o",
};
const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

test.each<[Partial<TrainOptions>, RegExp]>([
  [{ method: "ia3", rank: 4 }, /The option rank has no effect with the method ia3\./],
  [{ virtualTokens: 4 }, /The option virtual tokens has no effect with the method lora\./],
  [{ commitsSince: tomorrow }, /still to come/],
  [{ include: ["nosuch.py"] }, /Cannot include nosuch\.py/],
])("refuses %o", async (more, message) => {
  await expect(refuseWithoutEffect({ ...options, ...more })).rejects.toMatchObject({
    code: "option-invalid",
    message: expect.stringMatching(message),
  });
  await expect(refuseWithoutEffect({ ...options, ...more, resume: true })).resolves.toBeUndefined();
});

test("data that is not there is to blame, not a file that should be in it", async () => {
  const nothing = { ...options, data: ["nowhere"], include: ["a.py"] };
  await expect(refuseWithoutEffect(nothing)).rejects.toMatchObject({ code: "data-missing" });
});

test.each<Partial<TrainOptions>>([
  { rank: 4 },
  { virtualTokens: 4, init: "an adapter, which brings its method" },
  { commitsSince: "2000-01-01" },
  { include: ["duplicate"] },
])("takes %o", async (more) => {
  await expect(refuseWithoutEffect({ ...options, ...more })).resolves.toBeUndefined();
});
