import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { catalogue } from "../../../extension/core/baseModels/catalogue.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { removeBase } from "../../../extension/core/baseModels/removeBase.ts";
import { offer, surveyBases } from "../../../extension/core/baseModels/surveyBases.ts";
import { layOut } from "../../../extension/core/baseModels/import/weightLayout.ts";
import { weightRequests } from "../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { writeTinyCheckpoint } from "./tinyCheckpoint.ts";

const embedded = join(import.meta.dirname, "../../../base");
let folder: string;
let home: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-survey-"));
  home = join(folder, "home");
  await writeTinyCheckpoint(join(folder, "model"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("surveyBases", () => {
  test("tells what is installed, and offers the rest of the catalogue", async () => {
    const origin = `${catalogue[2]!.repository}@0123456789abcdef0123456789abcdef01234567`;
    await importBase({ source: join(folder, "model"), home, bits: 4, name: "mine", origin });
    const { installed, offered, machineBytes } = await surveyBases({ home, embedded });
    expect(installed).toMatchObject([
      { name: "graft-base", embedded: true, origin: embedded },
      { name: "mine", embedded: false, origin, modelType: "llama", fit: "easily" },
    ]);
    expect(offered.map(({ repository }) => repository).toSorted()).toEqual(
      catalogue
        .map(({ repository }) => repository)
        .filter((repository) => !origin.startsWith(repository))
        .toSorted(),
    );
    const obstacles = offered.map(({ obstacle }) => obstacle !== undefined);
    expect(obstacles).toEqual(obstacles.toSorted());
    expect(machineBytes).toBeGreaterThan(1e8);
  });
});

/** The models' published config.json, reduced to the fields that determine sizes. */
const published: Record<string, object> = {
  "Qwen/Qwen2.5-Coder-0.5B": {
    model_type: "qwen2",
    vocab_size: 151936,
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    tie_word_embeddings: true,
  },
  "Qwen/Qwen2.5-Coder-1.5B": {
    model_type: "qwen2",
    vocab_size: 151936,
    hidden_size: 1536,
    intermediate_size: 8960,
    num_hidden_layers: 28,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    tie_word_embeddings: true,
  },
  "deepseek-ai/deepseek-coder-1.3b-base": {
    model_type: "llama",
    vocab_size: 32256,
    hidden_size: 2048,
    intermediate_size: 5504,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    tie_word_embeddings: false,
  },
  "codellama/CodeLlama-7b-hf": {
    model_type: "llama",
    vocab_size: 32016,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    tie_word_embeddings: false,
  },
};

describe("offer", () => {
  test.each(Object.entries(published))("counts %s as its configuration does", (repository, json) => {
    const model = catalogue.find((candidate) => candidate.repository === repository)!;
    const config = readModelConfig({ max_position_embeddings: 16384, rms_norm_eps: 1e-6, ...json });
    const { tensors, bytes } = layOut(weightRequests(config), 4);
    const parameters = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent), 0);
    expect(model.parameters).toBe(parameters);
    expect(offer(model, 16e9).bytes / bytes).toBeCloseTo(1, 1); // The estimate treats the first layer like the others.
    expect(offer(model, 16e9).step?.layers).toBe(config.layers);
    expect(model.tied).toBe((json as { tie_word_embeddings: boolean }).tie_word_embeddings);
  });

  test("says what fits: little of the memory, most of it, more than there is", () => {
    const model = catalogue.find(({ repository }) => repository.endsWith("0.5B"))!;
    expect([16e9, 1.2e9, 0.8e9].map((bytes) => offer(model, bytes).fit)).toEqual(["easily", "barely", "not"]);
  });

  test("says what is in the way", () => {
    const model = catalogue[0]!;
    expect(offer({ ...model, modelType: "gpt_neox" }, 16e9).obstacle).toBe("architecture");
    expect(offer({ ...model, modelType: "llama", pickled: true }, 16e9).obstacle).toBe("pickle");
    expect(offer(catalogue.at(-1)!, 4e9).obstacle).toBe("memory");
    expect(
      offer(
        catalogue.find(({ pickled }) => !pickled)!,
        16e9,
      ).obstacle,
    ).toBeUndefined();
  });
});

describe("removeBase", () => {
  test("removes a base whole, and refuses what is none", async () => {
    await importBase({ source: join(folder, "model"), home, bits: 4, name: "mine" });
    await removeBase("mine", home);
    expect(await readdir(join(home, "bases"))).toEqual([]);
    for (const name of ["mine", "..", "../bases", ".", ""]) {
      await expect(removeBase(name, home)).rejects.toMatchObject({ code: "base-missing" });
    }
  });
});
