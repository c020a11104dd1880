/** Estimates time, memory and disk of a training before its data is read, and refuses one that cannot run here. */

import { basename, dirname, resolve } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { say } from "../../foundation/words/said.ts";
import { methodOf } from "../../adapters/methods/methodNamed.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { perEpoch } from "../../dataset/sequence.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { estimateCost, type Cost } from "../cost/costEstimate.ts";
import { checkDisk, diskForParameters, freeDisk } from "../cost/diskPlan.ts";
import { rememberedTimes } from "../cost/machineTimes.ts";
import { freeMemory } from "../cost/memoryPlan.ts";
import { paddingOf } from "../data/batchShape.ts";
import { isLengthLeft } from "../presets.ts";
import type { TrainOptions } from "../trainRequest.ts";
import { encodersOf, settingsFor } from "../run/beginRun.ts";
import { readSettings } from "../settings.ts";
import { stepsOf } from "../steps.ts";
import { longestTrial } from "../trialReport.ts";
import { epochsOf, planOf, sampledSteps, shapeFor, workOf } from "../trainingPlan.ts";
import { sampleData, type DataEstimate } from "./sampleData.ts";

export interface TrainingEstimate extends Cost {
  readonly steps: number;
  /** The passes over the data that these steps make. */
  readonly epochs: number;
  /** The steps that the preset "balanced" would take; absent unless another preset decides the steps. */
  readonly balancedSteps?: number;
  readonly sequences: number;
  readonly heldOut: number;
  readonly diskBytes: number;
  /** The most seconds that the trial takes; absent without one. */
  readonly trialSeconds?: number;
}

export interface EstimateControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

export type Estimator = (options: TrainOptions, control: EstimateControl) => Promise<TrainingEstimate>;

/** Milliseconds for which a sample of the data is used again. */
const sampleLife = 60_000;

/** Returns an estimator that remembers the last sample and the times it has measured, so that most other choices are estimated at once. */
export function openEstimator(): Estimator {
  const times = rememberedTimes();
  let last: { readonly key: string; readonly at: number; readonly data: Promise<DataEstimate> } | undefined;
  const dataOf = async (key: string, sample: () => Promise<DataEstimate>): Promise<DataEstimate> => {
    if (last?.key === key && performance.now() - last.at < sampleLife) return await last.data;
    const data = sample();
    last = { key, at: performance.now(), data };
    data.catch(() => (last = undefined));
    return await data;
  };

  /** @throws the UserErrors of a training for base, data and options; "training-too-large", "disk-full" */
  return async (options, { log, signal }) => {
    const base = await resolveBase(options.base, { ...options, log, signal });
    const { settings, spec, maxLength } = settingsFor(base, readSettings(options), options);
    const { data: sources, validation, commitsSince } = options;
    const { sourceAs, context, fillShare, seed, method } = settings;
    const read = {
      sources,
      validation,
      commitsSince,
      sourceAs,
      context,
      fillShare,
      seed,
      method,
      maxLength,
      base: base.path,
    };
    const data = await dataOf(JSON.stringify(read), async () => {
      const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
      const encoders = await encodersOf(base, spec, tokenizer, { ...settings, maxLength });
      return await sampleData(options, { seed, fillShare, maxLength }, encoders, signal);
    });
    const { training, validation: held } = data;
    const sequences = perEpoch(training);
    if (sequences === 0) throw noExamples(sources);
    const steps = stepsOf(settings, options, sequences);
    const samples = sampledSteps(training, settings);
    const shape = shapeFor(samples, data, base, spec, { ...options, available: freeMemory() });
    const work = workOf(data, planOf({ settings, steps }, data, shape), paddingOf(samples, shape));
    const cost = await estimateCost(base, spec, shape, work, times);
    const ofParameters = diskForParameters(cost.parameterBytes, { ...settings, ...work });
    const diskBytes = training.bytes + held.bytes + ofParameters;
    const folder = dirname(resolve(options.out));
    checkDisk(folder, diskBytes, await freeDisk(folder));
    const isTried = data.hasHeldOutFiles && options.trial !== false && methodOf(spec.method).adapter !== undefined;
    const trialSeconds = isTried ? longestTrial(cost.seconds ?? 0) : undefined;
    return {
      ...cost,
      steps,
      epochs: epochsOf(steps, training, settings),
      ...balancedSteps(base, options, sequences),
      sequences,
      heldOut: held.length,
      diskBytes,
      ...(trialSeconds !== undefined && { trialSeconds }),
    };
  };
}

function balancedSteps(
  base: InstalledBase,
  options: TrainOptions,
  sequences: number,
): Pick<TrainingEstimate, "balancedSteps"> {
  const { preset } = options;
  if (!isLengthLeft(options) || preset === undefined || preset === "balanced" || preset === "graft") return {};
  const asked: TrainOptions = { ...options, preset: "balanced" };
  const { settings } = settingsFor(base, readSettings(asked), asked);
  return { balancedSteps: stepsOf(settings, asked, sequences) };
}

function noExamples(sources: readonly string[]): UserError {
  const names = sources.map((source) => basename(source)).join(" + ");
  const message = say`Cannot use the data set ${names}: it contains no examples.`;
  return new UserError("data-empty", message, say`Choose a .jsonl file with examples, or Python sources.`);
}
