import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Adapter } from "../../../../extension/core/adapters/adapter.ts";
import { fitFromFolder } from "../../../../extension/core/adapters/fit/fitFromFolder.ts";
import { writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

let folder: string;
let base: InstalledBase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-fit-"));
  base = await installed("mine", 1);
});
afterEach(() => rm(folder, { recursive: true }));

/** Bases of one shape, with other weights for each seed. */
async function installed(
  name: string,
  seed: number,
  origin?: string,
  bits: 4 | 8 = 8,
  replace = false,
): Promise<InstalledBase> {
  const source = join(folder, `source-${seed}`);
  await writeTinyCheckpoint(source, { seed });
  return (await importBase({ source, home: join(folder, "home"), name, bits, origin, replace })).base;
}

/** Writes an adapter that names what it was trained on. */
async function written(origin: Pick<Adapter, "baseModel" | "baseIdentity">, outFeatures = 64): Promise<string> {
  const path = join(folder, "adapter");
  const matrices = { a: new Float32Array(128), b: new Float32Array(2 * outFeatures), inFeatures: 64, outFeatures };
  const modules = new Map([["model.layers.0.self_attn.q_proj", matrices]]);
  const scaling = { rank: 2, alpha: 2, dropout: 0, rsLora: false, scaling: 1 };
  await writeAdapter(path, { method: "lora", name: "adapter", ...origin, ...scaling, modules });
  return path;
}

const of = ({ name, identity }: InstalledBase) => ({ baseModel: name, baseIdentity: identity! });

describe("fitFromFolder", () => {
  test("an adapter fits the weights that it was trained on, in any number of bits and under any name", async () => {
    const path = await written(of(base));
    expect(await fitFromFolder(path, base)).toMatchObject({ fit: "fits", adapter: { method: "lora", rank: 2 } });
    expect(await fitFromFolder(path, await installed("other-name", 1, undefined, 4))).toMatchObject({ fit: "fits" });
  });

  test("detects a base of the same shape with other weights, and the same name with other weights", async () => {
    const other = await installed("other", 2);
    expect(await fitFromFolder(await written(of(base)), other)).toMatchObject({ fit: "other-base", trainedOn: "mine" });
    const again = await installed("mine", 3, undefined, 8, true);
    expect(await fitFromFolder(await written(of(base)), again)).toMatchObject({ fit: "other-version" });
  });

  test.each<[string, "fits" | "other-base"]>([
    ["", "fits"],
    ["coder-1b", "fits"],
    ["acme/Coder-1B", "fits"],
    ["/home/someone/models/coder-1b/", "fits"],
    ["/home/someone/hub/models--acme--coder-1b/snapshots/0123abcd", "fits"],
    ["/home/someone/hub/models--bob--coder-1b/snapshots/0123abcd", "other-base"],
    ["bob/coder-1b", "other-base"],
    ["acme/coder-1b-instruct", "other-base"],
  ])("compares an adapter from elsewhere by the name of its base: %j %s", async (baseModel, fit) => {
    const hub = await installed("coder", 1, `acme/coder-1b@${"0".repeat(40)}`);
    expect((await fitFromFolder(await written({ baseModel }), hub)).fit).toBe(fit);
  });

  test("says why another shape does not fit, and why a folder cannot be read", async () => {
    const wide = await fitFromFolder(await written(of(base), 96), base);
    expect(wide).toMatchObject({ fit: "no", problem: { code: "adapter-mismatch" }, adapter: { method: "lora" } });
    const none = await fitFromFolder(join(folder, "none"), base);
    expect(none).toMatchObject({ fit: "no", problem: { code: "adapter-missing" } });
    expect(none.adapter).toBeUndefined();
  });

  test("reads no weights, so invalid values are not noticed", async () => {
    const path = await written(of(base));
    const weights = join(path, "adapter_model.safetensors");
    const { length } = await readFile(weights);
    const file = await open(weights, "r+");
    await file.write(Buffer.alloc(512, 0xff), 0, 512, length - 512); // NaN
    await file.close();
    expect(await fitFromFolder(path, base)).toMatchObject({ fit: "fits" });
  });

  test("reports a damaged configuration", async () => {
    const path = await written(of(base));
    await writeFile(join(path, "adapter_config.json"), "{");
    expect(await fitFromFolder(path, base)).toMatchObject({ fit: "no", problem: { code: "adapter-invalid" } });
  });
});
