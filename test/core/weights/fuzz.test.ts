/** Ten thousand damaged files and configs: each is quickly read or refused with a UserError, and nothing else happens. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../../../extension/core/foundation/errors.ts";
import { seededRandom, type Random } from "../../../extension/core/foundation/random.ts";
import { layOut } from "../../../extension/core/baseModels/import/weightLayout.ts";
import { weightRequests } from "../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { openModelFolder } from "../../../extension/core/weights/modelFolder.ts";
import { openSafetensors } from "../../../extension/core/weights/safetensors.ts";
import { readHeader } from "../../../extension/core/weights/safetensorsHeader.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-fuzz-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Numbers and texts that trip readers. */
const awkward = ["0", "-1", "0.5", "1e308", "1e999", "9007199254740993", "18446744073709551616", "null", "true", '""']
  .concat(["[]", "{}", "[[[[[[]]]]]]", '"F64"', '"__proto__"', '{"toString":1}', "4294967296", "1000000", '"\\ud800"'])
  .map((text) => Buffer.from(text));

/** A few changes to `bytes`: flipped bits, cuts, repetitions, awkward values in the place of a value. */
function mutated(bytes: Buffer, random: Random): Buffer {
  let result = bytes;
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(result.length + 1);
    const end = Math.min(result.length, at + 1 + random.integer(12));
    const [before, piece, after] = [result.subarray(0, at), result.subarray(at, end), result.subarray(end)];
    switch (random.integer(6)) {
      case 0:
        result = Buffer.concat([before, piece.map((byte) => byte ^ (1 << random.integer(8))), after]);
        break;
      case 1:
        result = Buffer.concat([before, after]);
        break;
      case 2:
        result = Buffer.concat([before, piece, piece, after]);
        break;
      case 3:
        result = random.next() < 0.2 ? Buffer.from(before) : result;
        break;
      default:
        result = withAwkwardValue(result, random);
    }
  }
  return result;
}

function withAwkwardValue(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString("latin1");
  const values = [...text.matchAll(/(?<=[:[,]\s*)(-?\d[\d.e+-]*|"[^"]*"|true|false|null)(?=\s*[,\]}])/g)];
  const chosen = values[random.integer(Math.max(1, values.length))];
  const value = awkward[random.integer(awkward.length)]!;
  if (!chosen) return bytes;
  return Buffer.concat([bytes.subarray(0, chosen.index), value, bytes.subarray(chosen.index + chosen[0].length)]);
}

/** Returns whether `work` succeeds or is refused. Fails on anything other than a UserError. */
async function survives(work: () => unknown): Promise<"read" | "refused"> {
  try {
    await work();
    return "read";
  } catch (error) {
    if (error instanceof UserError) return "refused";
    throw error;
  }
}

test("safetensors headers, 6,000 times", async () => {
  const random = seededRandom(1, "headers");
  const outcomes = { read: 0, refused: 0 };
  for (const name of ["mixed", "plain"]) {
    const file = await readFile(join(fixtures, "safetensors", `${name}.safetensors`));
    const headerEnd = 8 + Number(file.readBigUInt64LE());
    for (let i = 0; i < 3000; i++) {
      const json = mutated(file.subarray(8, headerEnd), random);
      outcomes[
        await survives(() => readHeader("x", json, 8 + json.length, 8 + json.length + file.length - headerEnd))
      ]++;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(4000);
  expect(outcomes.read).toBeGreaterThan(100);
});

test("safetensors files, 1,000 times, whatever they hold being read", async () => {
  const random = seededRandom(2, "files");
  const path = join(folder, "case.safetensors");
  const file = await readFile(join(fixtures, "safetensors", "mixed.safetensors"));
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < 1000; i++) {
    await writeFile(path, mutated(file, random));
    const outcome = await survives(async () => {
      const opened = await openSafetensors(path);
      try {
        for (const name of opened.tensors.keys()) await opened.read(name);
      } finally {
        await opened.close();
      }
    });
    outcomes[outcome]++;
  }
  expect(outcomes.refused).toBeGreaterThan(500);
});

test("config.json of every architecture, 3,000 times, with the weights it asks for", async () => {
  const random = seededRandom(3, "configs");
  const configs: Buffer[] = [];
  for (const entry of await readdir(join(fixtures, "models"), { withFileTypes: true })) {
    if (entry.isDirectory()) configs.push(await readFile(join(fixtures, "models", entry.name, "config.json")));
  }
  const outcomes = { read: 0, refused: 0, noJson: 0 };
  for (let i = 0; i < 3000; i++) {
    let json: unknown;
    try {
      json = JSON.parse(mutated(configs[i % configs.length]!, random).toString());
    } catch {
      outcomes.noJson++;
      continue;
    }
    outcomes[await survives(() => layOut(weightRequests(readModelConfig(json)), 4))]++;
  }
  expect(outcomes.refused).toBeGreaterThan(300);
  expect(outcomes.read).toBeGreaterThan(300);
});

test("indexes of shards, 500 times", async () => {
  const random = seededRandom(4, "indexes");
  const index = { metadata: { total_size: 8 }, weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
  await writeFile(join(folder, "config.json"), "{}");
  for (const name of ["model-1.safetensors", "model-2.safetensors"]) {
    await writeFile(join(folder, name), await readFile(join(fixtures, "safetensors", "plain.safetensors")));
  }
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < 500; i++) {
    const text = mutated(Buffer.from(JSON.stringify(index)), random);
    await writeFile(join(folder, "model.safetensors.index.json"), text);
    outcomes[await survives(async () => (await openModelFolder(folder)).close())]++;
  }
  expect(outcomes.refused).toBeGreaterThan(250);
});
