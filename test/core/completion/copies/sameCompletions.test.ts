/**
 * With everything that makes it fast, typing gives the completions that a base decodes token by token from an empty cache: through random
 * edits, adapter swaps, cancellations and changes of the index.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { resolveBase } from "../../../../extension/core/baseModels/resolveBase.ts";
import { openCompleter, type Completer } from "../../../../extension/core/completion/completer.ts";
import type { CompletionRequest } from "../../../../extension/core/completion/completionRequest.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { openRepository, type Repository } from "../../../../extension/core/repository/repository.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

let home: string;
let base: InstalledBase;
let repository: Repository;
let [along, plain]: Completer[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-same-"));
  base = await resolveBase("", { home, embedded: join(import.meta.dirname, "../../../../base") });
  const modules = [...moduleShapes(base.config)].filter(([path]) => path.endsWith("q_proj"));
  const factors = modules.map(([path, { outFeatures }]) => {
    return [path, { on: "output" as const, values: new Float32Array(outFeatures).fill(0.7) }] as const;
  });
  const adapter = { method: "ia3", name: "other", baseModel: base.name, modules: new Map(factors) } as const;
  await writeAdapter(join(home, "other"), adapter);
  repository = await openRepository([{ path: "app/store.py", text: store }]);
  [along, plain] = [await openCompleter(base), await openCompleter(base)];
});
afterAll(async () => {
  await along!.release();
  await plain!.release();
  await rm(home, { recursive: true, force: true });
});

const store = `import json
import os


class Store:
    def __init__(self, folder):
        self.folder = folder
        self.items = {}

    def load(self, name):
        path = os.path.join(self.folder, name + ".json")
        with open(path, encoding="utf-8") as file:
            self.items[name] = json.load(file)
        return self.items[name]

    def save(self, name):
        path = os.path.join(self.folder, name + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.items[name], file)
`;

/** Returns the next state of a text that a user edits, and whether the edit continues the typing. */
function edited(
  text: string,
  cursor: number,
  random: ReturnType<typeof seededRandom>,
): { text: string; cursor: number } {
  const kind = random.integer(4);
  if (kind === 0) {
    const place = 40 + random.integer(text.length - 40);
    return { text, cursor: place };
  }
  if (kind === 1) return { text: text.slice(0, cursor - 3) + text.slice(cursor), cursor: cursor - 3 };
  const typed = kind === 2 ? "        path = os." : store.slice(cursor, cursor + 1 + random.integer(4));
  return { text: text.slice(0, cursor) + typed + text.slice(cursor), cursor: cursor + typed.length };
}

/** Requests a completion, and cancels it after a moment or not at all. */
async function interrupted(request: CompletionRequest, milliseconds: number): Promise<void> {
  const abort = new AbortController();
  const asked = along!.complete(request, abort.signal).catch(() => undefined);
  setTimeout(() => abort.abort(), milliseconds);
  await asked;
}

// No samples: a draw shows the rounding errors of int8 activations. drafts.test.ts draws from models in float32.
test.each([
  { prior: true, beams: 1 },
  { prior: false, beams: 1 },
  { prior: true, beams: 3 },
])("%j", async (options) => {
  const random = seededRandom(3, JSON.stringify(options));
  let [text, cursor] = [store.replace("Store", "Cache"), 400];
  let adapters: { folder: string; scale: number }[] = [];
  for (let round = 0; round < 14; round++) {
    ({ text, cursor } = edited(text, cursor, random));
    if (round % 5 === 4) repository.update(`app/new${round}.py`, store.replaceAll("name", `name${round}`));
    const place = { path: "app/cache.py", prefix: text.slice(0, cursor), suffix: text.slice(cursor) };
    const { copies } = repository.query(place);
    const request = { ...place, copies, ...options, maxTokens: 16 };
    if (random.next() < 0.3) await interrupted({ ...request, prefix: `${place.prefix} ` }, random.integer(20));
    if (random.next() < 0.2) {
      adapters = adapters.length === 0 ? [{ folder: join(home, "other"), scale: 1 }] : [];
      await along!.useAdapters(adapters);
    }
    // Empties the cache.
    await plain!.useAdapters(adapters);
    const expected = await plain!.complete({ ...request, draft: false });
    const found = await along!.complete(request);
    expect(found.text).toBe(expected.text);
    if (found.tokens > 0) expect(found.tokens).toBe(expected.tokens);
  }
});
