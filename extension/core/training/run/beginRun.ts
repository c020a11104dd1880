/** Prepares a new training from options and data. */

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { writeFailure } from "../../foundation/atomicFile.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { toEncodedSequences } from "../../dataset/encodedSequence.ts";
import type { TokenFacts } from "../../dataset/tokenCheck.ts";
import type { Example } from "../../dataset/example.ts";
import { isSourceCode } from "../../dataset/openDataset.ts";
import { perEpoch, toSequences, type Sequence } from "../../dataset/sequence.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import { isEncoderDecoder } from "../../architectures/config.ts";
import { openTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.ts";
import { requestEncoder } from "../holes/requestEncoder.ts";
import { openTrainingRepository } from "../holes/trainingRepository.ts";
import { askedOf } from "./askedOptions.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { withVirtualIds } from "../data/virtualIds.ts";
import { settingsOf } from "../initialAdapter.ts";
import type { TrainOptions } from "../trainRequest.ts";
import {
  learnsChanges,
  rateOfChanges,
  readSettings,
  resolveDefaults,
  specOf,
  type ResolvedSettings,
  type TrainSettings,
} from "../settings.ts";
import { stepsOf } from "../steps.ts";
import { openTrainingData, type Encoders, type ReadingControl } from "../data/trainingData.ts";
import { dataPrefix, type TrainingRun } from "./trainingRun.ts";
import { firstOf, startOf, type PreparedRun } from "./preparedRun.ts";

/**
 * Prepares the training and tokenizes its data into a new folder in `workFolder`. An existing run there is not touched.
 *
 * @throws UserErrors for problems with base, data and options
 */
export async function beginRun(
  options: TrainOptions,
  workFolder: string,
  control: ReadingControl,
): Promise<PreparedRun> {
  const { log, signal } = control;
  const asked = readSettings(options);
  const base = await resolveBase(options.base, { ...options, log, signal });
  const initial = await startOf(options.init, base);
  const decided = initial ? settingsOf(initial, asked, options, moduleShapes(base.config)) : asked;
  const { settings, spec, maxLength } = settingsFor(base, decided, options);
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const first = await firstOf(spec, settings, base, { initial, tokenizer, log });
  const dataFolder = `${dataPrefix}${randomUUID().slice(0, 8)}`;
  await mkdir(join(workFolder, dataFolder)).catch((error: unknown) => {
    throw writeFailure(error, join(workFolder, dataFolder));
  });
  const encoders = await encodersOf(base, spec, tokenizer, { ...settings, maxLength });
  const readAt = new Date().toISOString();
  const data = await openTrainingData(
    options,
    { ...settings, maxLength },
    encoders,
    join(workFolder, dataFolder),
    control,
  );
  const { training, validation, parts, problems } = data;
  const facts = ({ length, drawings = 1, tokens, longest }: TokenFacts): TrainingRun["training"] => {
    return { length, drawings, tokens, longest };
  };
  for (const file of [training, validation]) file.flush();
  const run = {
    dataFolder,
    asked: askedOf(options),
    fingerprint: fingerprintOf(base.hash, settings, data),
    base: { name: base.name, path: base.path, hash: base.hash, embedded: base.embedded },
    settings,
    readAt,
    steps: stepsOf(settings, options, perEpoch(training)),
    problems,
    parts: [...parts],
    training: facts(training),
    validation: facts(validation),
  };
  return { run, base, spec, data, first };
}

/** Fills in the settings that depend on the base. `maxLength` leaves room for virtual tokens. */
export function settingsFor(
  base: InstalledBase,
  asked: TrainSettings,
  options: Pick<TrainOptions, "data" | "init" | "changedSince">,
): { settings: ResolvedSettings; spec: MethodSpec; maxLength: number } {
  const hasRequests = options.data.some(isSourceCode) && !isEncoderDecoder(base.config);
  const usual = resolveDefaults(asked, base.parameters, moduleShapes(base.config).keys(), hasRequests);
  const isGentle = asked.learningRate === null && learnsChanges(options);
  const settings = isGentle ? { ...usual, learningRate: usual.learningRate * rateOfChanges } : usual;
  const spec = specOf(settings, base);
  const inFront = methodOf(spec.method).virtualTokens?.(spec).count ?? 0;
  return { settings, spec, maxLength: Math.min(settings.maxLength, base.config.contextLength - inFront) };
}

/** Returns the encoders that turn examples into sequences of at most `maxLength` tokens. */
export async function encodersOf(
  base: InstalledBase,
  spec: MethodSpec,
  tokenizer: Tokenizer,
  settings: ResolvedSettings,
): Promise<Encoders> {
  return {
    sequencesOf: encoderFor(base, spec, tokenizer, settings.maxLength),
    ...(await requestsFor(base, tokenizer, settings)),
  };
}

/** Returns the encoders that turn source code into an editor's requests, with as much context in front as the settings say. */
async function requestsFor(
  base: InstalledBase,
  tokenizer: Tokenizer,
  settings: ResolvedSettings,
): Promise<Omit<Encoders, "sequencesOf">> {
  if (settings.sourceAs !== "requests") return {};
  const isWide = settings.context === "repository";
  const front = {
    contextLength: base.config.contextLength,
    contextTokens: isWide ? Infinity : 0,
    hasPath: settings.context !== "none",
  };
  const requestsOf = await requestEncoder(tokenizer, settings, front);
  return { requestsOf, ...(isWide && { indexOf: openTrainingRepository }) };
}

function encoderFor(
  { config }: InstalledBase,
  spec: MethodSpec,
  tokenizer: Tokenizer,
  maxLength: number,
): (example: Example) => Sequence[] {
  return (example) => {
    if (!isEncoderDecoder(config)) return toSequences(example, tokenizer, maxLength);
    const sequences = toEncodedSequences(example, tokenizer, maxLength, config.startToken);
    const virtual = methodOf(spec.method).virtualTokens?.(spec);
    return virtual?.areRead ? sequences.map((one) => withVirtualIds(one, virtual.count)) : sequences;
  };
}
