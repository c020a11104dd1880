/** Makes a base of a published model's shape, with random weights, and imports it as `graft import` does. */

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../bed/command.ts";
import { root } from "../../bed/paths.ts";
import { writeCheckpoint, type ShapeName } from "./checkpoint.ts";

export interface ImportedShape {
  /** The base's folder. */
  readonly path: string;
  readonly sourceBytes: number;
  /** Size of the weight file. */
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

export interface ShapeOptions {
  /** For all files: the checkpoint, and Graft's home with the base. */
  readonly folder: string;
  readonly bits: string;
  /** Zeros from sparse files instead of random numbers. */
  readonly sparse?: boolean;
  /** With the tokenizer of the embedded base, whose vocabulary is smaller; without one, the base can only be measured. */
  readonly withTokenizer?: boolean;
}

export async function importShape(shape: ShapeName, options: ShapeOptions): Promise<ImportedShape> {
  const { folder, bits, sparse = false, withTokenizer = false } = options;
  const source = join(folder, shape);
  const sourceBytes = await writeCheckpoint(source, shape, sparse);
  for (const file of withTokenizer ? ["tokenizer.json", "tokenizer_config.json"] : []) {
    await copyFile(join(root, "base", file), join(source, file));
  }
  const cli = [join(root, "extension", "cli.ts"), "import", source, "--bits", bits, "--json"];
  const output = await run(process.execPath, cli, { env: { ...process.env, GRAFT_HOME: join(folder, "home") } });
  const result = JSON.parse(output.split("\n").find((line) => line.includes('"event":"result"'))!) as object;
  return { ...result, sourceBytes } as ImportedShape;
}
