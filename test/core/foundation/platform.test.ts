import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPlatform, platforms } from "../../../extension/core/foundation/platform.ts";

test("the platforms are those that onnxruntime-node has a library for", () => {
  const folder = join(import.meta.dirname, "../../../node_modules/onnxruntime-node/bin/napi-v6");
  const found = readdirSync(folder).flatMap((system) =>
    readdirSync(join(folder, system)).map((machine) => `${system}-${machine}`),
  );
  expect(found.toSorted()).toEqual([...platforms].toSorted());
});

test("checkPlatform refuses others with the reason", () => {
  for (const platform of platforms) checkPlatform(platform);
  expect(() => checkPlatform("darwin-x64")).toThrow(
    expect.objectContaining({
      code: "platform-unsupported",
      message: expect.stringMatching(/darwin-x64: ONNX Runtime/),
      nextStep: expect.stringContaining("Apple silicon"),
    }),
  );
});
