/** In the extension host, because only there is the `vscode` API: the parts of training that need no engine. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../extension/core/foundation/errors.ts";
import { openOutputFolder } from "../../extension/core/training/output/outputFolder.ts";
import { lossHistory } from "../../extension/vscode/training/lossHistory.ts";
import { createTraining, type TrainingOptions } from "../../extension/vscode/training/training.ts";
import type { TrainingForm } from "../../webview/protocol/training.ts";
import { parseTrainingMessage } from "../../extension/vscode/training/trainingMessages.ts";
import { openUnfinishedTrainings } from "../../extension/vscode/training/unfinishedTrainings.ts";

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

  it("goes on where a resumed training left off", () => {
    const whole = lossHistory(4);
    const resumed = lossHistory(4);
    const before = [
      { step: 0, loss: 2.8 },
      { step: 2, loss: 2.5 },
    ];
    whole.add(1, 4);
    for (const step of [2, 3, 4, 5, 6]) whole.add(step, 10 / step, { step: 2, loss: 2.5, before: 2.8 });
    const training = [1, 2, 3].map((step) => ({ step, loss: step === 1 ? 4 : 10 / step }));
    resumed.begin({ training, validation: before }, 0);
    for (const step of [4, 5, 6]) resumed.add(step, 10 / step, { step: 2, loss: 2.5, before: 2.8 });
    assert.deepEqual(resumed.curves(), whole.curves());
    assert.deepEqual(resumed.curves().validation, before);
  });

  it("changes no point once it is full, where the planned steps are known", () => {
    const history = lossHistory(4);
    history.begin({ training: [], validation: [] }, 9);
    const full = [2.5, 6.5].map((step) => ({ step, loss: 1 }));
    for (let step = 1; step <= 9; step++) {
      history.add(step, 1);
      const { training } = history.curves();
      assert.deepEqual(training.slice(0, Math.floor(step / 4)), full.slice(0, Math.floor(step / 4)));
      assert.equal(training.length, Math.ceil(step / 4));
    }
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

describe("a training beside the one that runs", () => {
  it("is refused with what to do, and the one that runs goes on", async () => {
    const subscriptions: vscode.Disposable[] = [];
    const never = new vscode.EventEmitter<never>().event;
    const library = { folder: "", onDidChangeActive: never, onDidChangeNames: never, onDidRename: never };
    const typing = { follow: () => new vscode.Disposable(() => undefined) };
    // The training waits forever for the number of files.
    const sources = { folders: () => [tmpdir()], count: () => new Promise<number>(() => undefined) };
    const unfinished = { list: [], onDidChange: never, check: async () => undefined };
    const configuration = { get: () => "full", onDidChange: never };
    const options = { unfinished, library, typing, sources, configuration } as unknown as TrainingOptions;
    const training = createTraining(options, subscriptions);
    void training.start(form as unknown as TrainingForm);
    const isRefused = (error: unknown): boolean => {
      assert(error instanceof UserError);
      assert.equal(error.code, "training-busy");
      assert.equal(error.message, 'The training "mine" runs in this window.');
      assert.equal(error.nextStep, "Wait until it ends, or pause it.");
      return true;
    };
    await assert.rejects(training.resume("other"), isRefused);
    await assert.rejects(training.keep("other"), isRefused);
    await assert.rejects(training.start({ ...form, name: "other" } as unknown as TrainingForm), isRefused);
    await training.resume("mine");
    assert(training.state.phase === "running" && training.state.name === "mine" && !training.state.stopping);
    for (const one of subscriptions) one.dispose();
  });
});

describe("an unfinished training that another window takes", () => {
  const log = vscode.window.createOutputChannel("Another window", { log: true });
  const subscriptions: vscode.Disposable[] = [];
  let folder: string;
  let work: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-windows-"));
    work = join(folder, ".mine.training");
    await mkdir(work);
    await writeFile(join(work, "run.json"), '{"version":0}');
  });
  afterEach(async () => {
    for (const one of subscriptions.splice(0)) one.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Returns the state of a window that opened while the training was paused. */
  async function opened() {
    const unfinished = openUnfinishedTrainings({ folder, log }, subscriptions);
    await unfinished.refresh();
    assert.deepEqual(
      unfinished.list.map(({ name, busy }) => [name, busy]),
      [["mine", false]],
    );
    const never = new vscode.EventEmitter<never>().event;
    const library = { folder, onDidChangeActive: never, onDidChangeNames: never, onDidRename: never };
    const configuration = { get: () => "gentle", onDidChange: never };
    const engine = { onDidAsk: never };
    const places = { home: folder };
    const options = { unfinished, log, library, configuration, engine, places } as unknown as TrainingOptions;
    return { unfinished, training: createTraining(options, subscriptions) };
  }

  function refused(code: string, message: string) {
    return (error: unknown) => {
      assert(error instanceof UserError);
      assert.deepEqual([error.code, error.message], [code, message]);
      assert(!`${error.message} ${error.nextStep}`.includes("/"), error.nextStep);
      return true;
    };
  }

  it("is refused in plain words while it runs there, and loses nothing", async () => {
    const { unfinished, training } = await opened();
    const other = await openOutputFolder(join(folder, "mine"));
    const isRefused = refused("training-busy", 'The training "mine" runs in another window.');
    await assert.rejects(training.resume("mine"), isRefused);
    await assert.rejects(training.keep("mine"), isRefused);
    await assert.rejects(unfinished.discard("mine"), isRefused);
    assert.equal(training.state.phase, "idle");
    assert.deepEqual((await readdir(work)).sort(), ["lock", "run.json"]);
    await other.release();
    await unfinished.check("mine"); // It may continue here again.
  });

  it("is refused in plain words after it has ended there, and leaves no folder", async () => {
    const { unfinished, training } = await opened();
    await rm(work, { recursive: true });
    const isRefused = refused("training-gone", 'The training "mine" was finished in another window.');
    await assert.rejects(unfinished.discard("mine"), isRefused);
    await assert.rejects(training.resume("mine"), isRefused);
    await assert.rejects(training.keep("mine"), isRefused);
    assert.deepEqual([await readdir(folder), unfinished.list], [[], []]);
  });

  it("is shown as such soon, and goes when it ends", async () => {
    const { unfinished } = await opened();
    const change = (): Promise<void> => new Promise((resolve) => unfinished.onDidChange(resolve));
    const other = await openOutputFolder(join(folder, "mine"));
    await change();
    assert.equal(unfinished.list[0]?.busy, true);
    await other.finish({ names: new Set(["made"]), write: (path) => writeFile(join(path, "made"), "") });
    await change();
    assert.deepEqual(unfinished.list, []);
  });
});
