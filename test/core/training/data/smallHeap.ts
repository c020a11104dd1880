/** Reads a data set and trains some steps of a model of a few numbers, as a process with little memory. */

import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { toSequences } from "../../../../extension/core/dataset/sequence.ts";
import { runTrainer } from "../../../../extension/core/training/loop/trainer.ts";
import { openTrainingData } from "../../../../extension/core/training/data/trainingData.ts";
import { characters } from "../../completion/fakes.ts";
import { fakeStep } from "../loop/fakeStep.ts";

const [path = "", folder = ""] = process.argv.slice(2);
const data = await openTrainingData(
  { base: "", home: "", embedded: "", out: "", dataFolder: "", data: [path], validation: "0.01" },
  { seed: 1, fillShare: 0, maxLength: 200 },
  { sequencesOf: (example) => toSequences(example, characters, 200) },
  folder,
  { log: silentLog },
);
const step = fakeStep(Array<number>(256).fill(1));
const state = await runTrainer(
  step,
  data,
  {
    steps: 1000,
    batchSize: 8,
    shape: { rows: 4, length: 208 },
    seed: 1,
    shuffle: true,
    schedule: { shape: "constant", learningRate: 1e-3, warmupSteps: 0, steps: 1000 },
    optimizer: { name: "adamw", weightDecay: 0 },
    clipNorm: 1,
    validateEvery: 500,
    patience: null,
    saveEvery: Infinity,
  },
  { save: async () => {} },
);
console.log(JSON.stringify({ training: data.training.length, validation: data.validation.length, steps: state.step }));
data.release();
