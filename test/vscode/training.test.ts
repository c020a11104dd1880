/** In the extension host, for want of another place with the `vscode` API: the parts of training that need no engine. */

import assert from "node:assert/strict";
import { lossHistory } from "../../extension/vscode/training/lossHistory.ts";
import { parseTrainingMessage } from "../../extension/vscode/training/trainingMessages.ts";

const form = { data: { kind: "workspace" }, method: { name: "lora", rank: 16 }, name: "mine", epochs: 3 };

describe("lossHistory", () => {
  it("keeps a short curve as it is", () => {
    const history = lossHistory(8);
    for (const [i, loss] of [3, 2, 1].entries()) history.add(i + 1, loss);
    const training = [3, 2, 1].map((loss, i) => ({ step: i + 1, loss }));
    assert.deepEqual(history.curves(), { training, validation: [] });
  });

  it("halves a long one by means, and stays below its limit", () => {
    const history = lossHistory(4);
    for (const [i, loss] of [8, 6, 4, 2].entries()) history.add(i + 1, loss);
    const halved = [
      { step: 1.5, loss: 7 },
      { step: 3.5, loss: 3 },
    ];
    assert.deepEqual(history.curves().training, halved);
    for (let i = 5; i < 1000; i++) history.add(i, 1);
    assert(history.curves().training.length <= 5);
    assert.equal(history.curves().training.at(-1)?.loss, 1);
  });

  it("has each validation once, and the loss before the first step", () => {
    const history = lossHistory();
    history.add(1, 3, { step: 1, loss: 2.5, before: 2.8 });
    history.add(2, 2, { step: 1, loss: 2.5, before: 2.8 });
    history.add(3, 2, { step: 3, loss: 2.5, before: 2.8 });
    assert.deepEqual(history.curves().validation, [
      { step: 0, loss: 2.8 },
      { step: 1, loss: 2.5 },
      { step: 3, loss: 2.5 },
    ]);
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
