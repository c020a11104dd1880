import { describe, expect, test } from "vitest";
import { embedding } from "../../../extension/core/graph/composites/linear.ts";
import { plainWeight } from "../../../extension/core/graph/composites/weight.ts";
import { lower } from "../../../extension/core/graph/lower.ts";
import { add, mul } from "../../../extension/core/graph/primitives/elementwise.ts";
import { reshape, split } from "../../../extension/core/graph/primitives/shaping.ts";
import { constant, external, input, integers, scalar } from "../../../extension/core/graph/tensor.ts";
import { encode } from "../../../extension/core/onnx/encode.ts";
import { floats, floatsOf, openSession } from "../../../extension/core/runtime/session.ts";

const x = input("x", "float32", ["batch", 4]);

describe("encode", () => {
  test("gives a model that computes, with symbolic sizes and several outputs of one node", async () => {
    const [left, right] = split(mul(x, scalar(2)), [1, 3], 1);
    const model = encode({ left: left!, right: right!, flat: reshape(x, ["batch*4"]) }, "none");
    const session = await openSession(model, { purpose: "inference" });
    const results = await session.run({ x: floats(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4]) });
    expect([...floatsOf(results["left"])]).toEqual([2, 10]);
    expect([...floatsOf(results["right"])]).toEqual([4, 6, 8, 12, 14, 16]);
    expect(results["flat"]!.dims).toEqual([8]);
    await session.release();
  });

  test("passes an input through, and one tensor under two names", async () => {
    const model = encode({ same: x, again: x }, "none");
    const session = await openSession(model, { purpose: "inference" });
    const results = await session.run({ x: floats(Float32Array.of(1, 2, 3, 4), [1, 4]) });
    expect([...floatsOf(results["same"])]).toEqual([1, 2, 3, 4]);
    expect([...floatsOf(results["again"])]).toEqual([1, 2, 3, 4]);
  });

  test("stores equal constants once", () => {
    const big = (): Float32Array => new Float32Array(1000).fill(3);
    const once = encode({ y: add(constant(big(), [1000]), scalar(1)) }, "none");
    const twice = encode({ y: add(constant(big(), [1000]), constant(big(), [1000])) }, "none");
    expect(twice.bytes.length).toBeLessThan(once.bytes.length + 100);
  });

  test("lists the inputs that are used, and names external bytes without copying them", () => {
    const weight = external("w", "float32", [4], { offset: 64, length: 16 });
    const model = encode({ y: add(x, weight) }, "weights.bin");
    expect([...model.inputs.keys()]).toEqual(["x"]);
    expect(Buffer.from(model.bytes).includes("weights.bin")).toBe(true);
    expect(Buffer.from(model.bytes).includes("64")).toBe(true);
  });

  test("refuses a composite", () => {
    const y = embedding(integers(0), plainWeight(x));
    expect(() => encode({ y }, "none")).toThrow("internal: cannot encode the composite embedding");
    expect(() => encode({ y: lower([y], "inference")[0]! }, "none")).not.toThrow();
  });
});
