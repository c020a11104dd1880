/** In the extension host, for want of another place with the `vscode` API: the parts of training that need no engine. */

import assert from "node:assert/strict";
import { lossHistory } from "../../extension/vscode/training/lossHistory.ts";
import { parseTrainingMessage } from "../../extension/vscode/training/trainingMessages.ts";

const form = { data: { kind: "workspace" }, method: { name: "lora", rank: 16 }, name: "mine", epochs: 3 };

describe("lossHistory", () => {
  it("keeps a short curve as it is", () => {
    const history = lossHistory(8);
    for (const loss of [3, 2, 1]) history.add(loss);
    assert.deepEqual(history.points(), [3, 2, 1]);
  });

  it("halves a long one by means, and stays below its limit", () => {
    const history = lossHistory(4);
    for (const loss of [8, 6, 4, 2]) history.add(loss);
    assert.deepEqual(history.points(), [7, 3]);
    for (let i = 0; i < 1000; i++) history.add(1);
    assert(history.points().length <= 5);
    assert.equal(history.points().at(-1), 1);
  });
});

describe("parseTrainingMessage", () => {
  it("takes what the view sends", () => {
    assert.deepEqual(parseTrainingMessage({ type: "start", form }), { type: "start", form });
  });

  for (const [what, wrong] of [
    ["an unknown message", { type: "erase" }],
    ["an unknown method", { type: "start", form: { ...form, method: { name: "full" } } }],
    ["half an epoch", { type: "start", form: { ...form, epochs: 0.5 } }],
    ["a rank beyond all bounds", { type: "start", form: { ...form, method: { name: "lora", rank: 100_000 } } }],
    ["a preview of half an epoch", { type: "preview", form: { ...form, epochs: 0.5 } }],
    ["a file without a name", { type: "start", form: { ...form, include: [""] } }],
    ["an adapter outside the library", { type: "activate", name: "../mine" }],
    ["a training outside the library", { type: "discard", name: "../mine" }],
    ["an empty path", { type: "start", form: { ...form, data: { kind: "path", path: "" } } }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseTrainingMessage(wrong));
    });
  }

  it("takes a preview, with files to include", () => {
    const asked = { type: "preview", form: { ...form, include: ["generated", "pkg/tables.py"] } };
    assert.deepEqual(parseTrainingMessage(asked), asked);
  });

  it("takes a form that leaves the epochs to the data", () => {
    const { epochs: _, ...others } = form;
    assert.deepEqual(parseTrainingMessage({ type: "start", form: others }), { type: "start", form: others });
  });
});
