/** The graph as text: what a layer's forward pass, its gradient and a checkpoint look like. */

import { describe, expect, test } from "vitest";
import { checkpoint } from "../../../extension/core/graph/gradientCheckpointing.ts";
import { rmsNorm } from "../../../extension/core/graph/composites/norms.ts";
import { gradients } from "../../../extension/core/graph/gradients.ts";
import { lower } from "../../../extension/core/graph/lower.ts";
import { mul, sigmoid } from "../../../extension/core/graph/primitives/elementwise.ts";
import { print } from "../../../extension/core/graph/print.ts";
import { input } from "../../../extension/core/graph/tensor.ts";

const x = input("x", "float32", ["rows", 4]);
const w = input("w", "float32", ["rows", 4]);
const dy = input("dy", "float32", ["rows", 4]);

describe("lower", () => {
  const y = rmsNorm(x, input("gamma", "float32", [4]), 1e-5);

  test("replaces a composite by its fused form for inference", () => {
    expect(print(lower([y], "inference"))).toBe(
      [
        '%0 [rows, 4] = input() "x"',
        '%1 [4] = input() "gamma"',
        "%2 [rows, 4] = SimplifiedLayerNormalization(%0, %1) axis=-1 epsilon=0.00001 stash_type=1",
        "return %2",
      ].join("\n"),
    );
  });

  test("replaces it by its meaning where that is asked for", () => {
    const text = print(lower([y], "expanded"));
    expect(text).toContain("ReduceMean");
    expect(text).not.toContain("SimplifiedLayerNormalization");
  });

  test("keeps what is shared shared", () => {
    const text = print(lower([mul(y, y)], "inference"));
    expect(text.match(/SimplifiedLayerNormalization/g)).toHaveLength(1);
  });
});

describe("gradients", () => {
  test("walk only to what is asked for", () => {
    const [dx] = gradients([[mul(x, sigmoid(w)), dy]], [x]);
    expect(print([dx!])).toBe(
      [
        '%0 [rows, 4] = input() "dy"',
        '%1 [rows, 4] = input() "w"',
        "%2 [rows, 4] = Sigmoid(%1)",
        "%3 [rows, 4] = Mul(%0, %2)",
        "return %3",
      ].join("\n"),
    );
  });

  test("add up where a tensor is used twice, and are null where it is not used", () => {
    const [dx, dw] = gradients([[mul(x, x), dy]], [x, w]);
    expect(print([dx!])).toContain("Add");
    expect(dw).toBeNull();
  });

  test("recompute a checkpoint's segment from its input, and not before the gradient is there", () => {
    const segment = checkpoint([x], (h) => sigmoid(mul(h, w)), { recompute: true });
    const text = print(gradients([[segment, dy]], [w]).map((g) => g!));
    expect(text).toContain("controlDependency(");
    expect(text.match(/Sigmoid/g)).toHaveLength(1); // The first one is not needed any more.
    const kept = checkpoint([x], (h) => sigmoid(mul(h, w)), { recompute: false });
    expect(print(gradients([[kept, dy]], [w]).map((g) => g!))).not.toContain("controlDependency(");
  });
});
