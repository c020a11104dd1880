import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LoraAdapter } from "../../../../extension/core/adapters/methods/lora.ts";
import { readAdapter, writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/peft");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-adapter-"));
});
afterEach(() => rm(folder, { recursive: true }));

const virtualTokens = ["prompt", "prompt-t5", "prefix", "prefix-codegen", "prefix-t5"];

describe("writeAdapter", () => {
  test.each(["rslora", "all-linear", "ia3", ...virtualTokens])(
    "writes the weight file that PEFT wrote, byte for byte (%s)",
    async (name) => {
      const copy = join(folder, name);
      await writeAdapter(copy, await readAdapter(join(fixtures, name)));
      const [ours, theirs] = [copy, join(fixtures, name)].map((place) =>
        readFile(join(place, "adapter_model.safetensors")),
      );
      expect(await ours).toEqual(await theirs);
      expect(await readAdapter(copy)).toEqual(await readAdapter(join(fixtures, name)));
    },
  );

  test.each(["rslora", "all-linear", "ia3"])(
    "gives each key of adapter_config.json the value that PEFT gave it (%s)",
    async (name) => {
      const copy = join(folder, name);
      await writeAdapter(copy, await readAdapter(join(fixtures, name)));
      const [ours, theirs] = await Promise.all(
        [copy, join(fixtures, name)].map(async (place) =>
          JSON.parse(await readFile(join(place, "adapter_config.json"), "utf8")),
        ),
      );
      // Names that cover a whole model stay short here; PEFT spells the paths of "all-linear" out.
      const short = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"];
      const targets = name === "all-linear" ? short : theirs.target_modules.toSorted();
      for (const key of Object.keys(ours)) {
        expect(ours[key], key).toEqual(key === "target_modules" ? targets : theirs[key]);
      }
      for (const key of [
        "base_model_name_or_path",
        "peft_type",
        "task_type",
        "target_modules",
        "inference_mode",
        "peft_version",
      ]) {
        expect(ours).toHaveProperty(key);
      }
    },
  );

  test.each(virtualTokens)("gives each key of adapter_config.json the value that PEFT gave it (%s)", async (name) => {
    await writeAdapter(folder, await readAdapter(join(fixtures, name)));
    const [ours, theirs] = await Promise.all(
      [folder, join(fixtures, name)].map(async (place) =>
        JSON.parse(await readFile(join(place, "adapter_config.json"), "utf8")),
      ),
    );
    expect(theirs).toMatchObject(ours);
    // The fields that PEFT fills in from the model, and the way it was trained.
    const absent = name.startsWith("prompt")
      ? ["num_attention_heads", "num_layers", "prompt_tuning_init_text", "tokenizer_kwargs", "tokenizer_name_or_path"]
      : ["init_weights"];
    const missing = Object.keys(theirs).filter((key) => !(key in ours));
    expect(missing.toSorted()).toEqual(["auto_mapping", ...absent, "revision"].toSorted());
  });

  test("writes full paths if last names would match more modules", async () => {
    const adapter = (await readAdapter(join(fixtures, "rslora"))) as LoraAdapter;
    const path = "model.layers.1.self_attn.q_proj";
    const one = { ...adapter, modules: new Map([...adapter.modules].filter(([name]) => name === path)) };
    await writeAdapter(folder, one);
    expect(JSON.parse(await readFile(join(folder, "adapter_config.json"), "utf8")).target_modules).toEqual([path]);
  });

  test("leaves other files of the folder alone", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeAdapter(folder, await readAdapter(join(fixtures, "ia3")));
    expect(await readFile(join(folder, "notes.txt"), "utf8")).toBe("mine");
  });
});
