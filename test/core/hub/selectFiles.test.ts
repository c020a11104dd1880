import { describe, expect, test } from "vitest";
import { selectFiles } from "../../../extension/core/hub/selectFiles.ts";

const kept = new Set(["config.json", "tokenizer.json"]);
const pinned = { repository: "acme/model", revision: "0123456789abcdef0123456789abcdef01234567" };

function selected(...paths: string[]): { small: string[]; weights: string[] } {
  const digest = { kind: "git", hex: "" } as const;
  const { small, weights } = selectFiles({ pinned, files: paths.map((path) => ({ path, size: 1, digest })) }, kept);
  return { small: small.map(({ path }) => path), weights: weights.map(({ path }) => path) };
}

describe("selectFiles", () => {
  test("takes one weight file rather than anything else that holds the same weights", () => {
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    expect(
      selected("README.md", "config.json", "model.safetensors", ...shards, "pytorch_model.bin", "onnx/model.onnx"),
    ).toEqual({ small: ["config.json"], weights: ["model.safetensors"] });
  });

  test("takes the shards with their index, and no other form of them", () => {
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const index = "model.safetensors.index.json";
    expect(selected("config.json", index, ...shards, "consolidated.safetensors", "tokenizer.json")).toEqual({
      small: ["config.json", "tokenizer.json", index],
      weights: shards,
    });
  });

  test("refuses pickles, and says which", () => {
    expect(() => selected("config.json", "pytorch_model-00001-of-00002.bin")).toThrow(
      expect.objectContaining({
        code: "weights-pickled",
        message: expect.stringContaining("pytorch_model-00001-of-00002.bin"),
        nextStep: expect.stringContaining("acme/model@refs/pr/N"),
      }),
    );
  });

  test("refuses a model without weights", () => {
    expect(() => selected("config.json", "model.gguf")).toThrow(expect.objectContaining({ code: "weights-missing" }));
  });

  test.each([
    ["tokenizer.json", 100e6],
    ["config.json", 25e6],
    ["model.safetensors.index.json", 25e6],
  ])("refuses a %s that is too large to be read", (path, most) => {
    const select = (size: number): unknown => {
      const names = ["config.json", "tokenizer.json", "model-00001-of-00001.safetensors"];
      const digest = { kind: "git", hex: "" } as const;
      const files = [...names, "model.safetensors.index.json"].map((name) => {
        return { path: name, size: name === path ? size : 1, digest };
      });
      return selectFiles({ pinned, files }, kept);
    };
    expect(select(most)).toMatchObject({ weights: [{ path: "model-00001-of-00001.safetensors" }] });
    expect(() => select(most + 1)).toThrow(
      expect.objectContaining({ code: "file-too-large", message: expect.stringContaining(path) }),
    );
  });
});
