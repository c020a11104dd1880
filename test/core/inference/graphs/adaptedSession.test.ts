/** When a session reopens for adapters. What it computes is tested with the decoder. */

import { describe, expect, test } from "vitest";
import type { Ia3Adapter } from "../../../../extension/core/adapters/methods/ia3.ts";
import type { LoraAdapter } from "../../../../extension/core/adapters/methods/lora.ts";
import {
  allChanges,
  changesOf,
  type ActiveAdapter,
  type Changes,
} from "../../../../extension/core/adapters/servingSlots.ts";
import { openAdaptedSession } from "../../../../extension/core/inference/graphs/adaptedSession.ts";

const [q, up] = ["model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj"];

function loraOn(...paths: readonly string[]): ActiveAdapter {
  const matrices = { a: new Float32Array(), b: new Float32Array(), inFeatures: 0, outFeatures: 0 };
  const adapter = { method: "lora", name: "n", modules: new Map(paths.map((path) => [path, matrices])) };
  return { adapter: adapter as unknown as LoraAdapter, scale: 1 };
}

function ia3On(path: string): ActiveAdapter {
  const adapter = {
    method: "ia3",
    name: "n",
    modules: new Map([[path, { on: "output", values: new Float32Array() }]]),
  };
  return { adapter: adapter as unknown as Ia3Adapter, scale: 1 };
}

/** A session that records which slots each opened graph has. The opening numbered `failing` fails. */
async function recorded(initial: Changes = new Set(), failing = Infinity) {
  const steps: string[] = [];
  let openings = 0;
  const session = await openAdaptedSession(
    {
      paths: [q, up],
      device: "cpu",
      graphWith: (changes) => {
        steps.push([...changes].map((change) => change.replace(/^.*\./, "")).join());
        return { model: { bytes: new Uint8Array(), inputs: new Map(), outputs: new Map() }, slots: [] };
      },
      open: () => {
        if (++openings === failing) return Promise.reject(new Error("out of memory"));
        let isReleased = false;
        return Promise.resolve({
          run: () => Promise.resolve({}),
          release: () => {
            if (isReleased) throw new Error("released twice");
            isReleased = true;
            steps.push("released");
            return Promise.resolve();
          },
        });
      },
    },
    initial,
  );
  const use = async (...active: readonly ActiveAdapter[]): Promise<void> => {
    session.useAdapters(active);
    await session.run({});
  };
  return { steps, session, use };
}

describe("openAdaptedSession", () => {
  test("has no slots until an adapter comes, and reopens only for what it lacks", async () => {
    const { steps, use } = await recorded();
    await use();
    expect(steps).toEqual([""]);
    await use(loraOn(q));
    expect(steps.splice(0)).toEqual(["", "released", "q_proj lowRank"]);
    await use();
    await use(loraOn(q));
    expect(steps).toEqual([]);
    await use(loraOn(q, up), ia3On(up));
    expect(steps.splice(0)).toEqual(["released", "q_proj lowRank,up_proj lowRank,up_proj output"]);
    await use(ia3On(up));
    await use(loraOn(up));
    expect(steps).toEqual([]);
  });

  test("opens once for adapters that are expected, and not for those that never run", async () => {
    const { steps, session, use } = await recorded(changesOf([q, up], [loraOn(q)]));
    await use(loraOn(q));
    session.useAdapters([ia3On(up)]);
    await use(loraOn(q));
    expect(steps).toEqual(["q_proj lowRank"]);
  });

  test("never reopens where it has slots for all changes", async () => {
    const { steps, use } = await recorded(allChanges([q, up]));
    await use(loraOn(q, up), ia3On(up));
    expect(steps).toHaveLength(1);
  });

  test("tries again after a failure to reopen, for the adapters of that time", async () => {
    const { steps, session, use } = await recorded(new Set(), 2);
    await expect(use(loraOn(q))).rejects.toThrow("out of memory");
    await use();
    await session.release();
    expect(steps).toEqual(["", "released", "q_proj lowRank", "q_proj lowRank", "released"]);
  });
});
