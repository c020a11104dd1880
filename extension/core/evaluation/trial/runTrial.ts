/**
 * Tries a new adapter on the files that its training held out: completes the rests of their lines as the editor would, with the
 * base alone and with the adapter. It takes a bounded time.
 */

import { openGate } from "../../foundation/waiting/gate.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Trial } from "../../training/trialReport.ts";
import { openBaseInfiller } from "../candidates/baseInfiller.ts";
import { withOthers, withoutOthers } from "./trialContext.ts";
import { drawTrialCode, readGeneralCode } from "./trialLines.ts";
import { trialMeter } from "./trialMeter.ts";
import { openTrialModel } from "./trialModel.ts";
import { compareTried, examplesOf, verdictOfTrial } from "./trialScores.ts";

/** Lines of the held-out files, and of general code. */
const [heldOutLines, generalLines] = [200, 80];
/** Shares of the time after which these end: on a slow machine with fewer lines, instead of without the parts that follow. */
const [ofLines, ofTexts] = [0.6, 0.75];

export const runTrial: Trial = async (subject, { log, signal, gate = openGate, enough, onProgress }) => {
  const { heldOut, seed, base, adapter, shippedData, trainingSeconds } = subject;
  const startedAt = gate.now();
  const parser = await openPythonParser();
  const own = await drawTrialCode(heldOut, parser, { count: heldOutLines, seed, signal });
  if (own.lines.length === 0) return undefined;
  const generalCode = await readGeneralCode(shippedData);
  const general = await drawTrialCode(generalCode, parser, { count: generalLines, seed, signal });
  const infiller = await openBaseInfiller(base);
  try {
    const others = await withOthers(heldOut, { contextTokens: infiller.contextTokens, log, signal });
    // With room for other files in the prompt, the file alone is another prompt, and a trial may have to end without it.
    const isApart = infiller.contextTokens > 0;
    const pieces =
      (isApart ? 2 : 1) * own.lines.length + own.texts.length + general.lines.length + general.texts.length;
    const meter = trialMeter({ of: 2 * pieces, trainingSeconds, gate, enough, onProgress });
    const model = openTrialModel(infiller, adapter, { meter, signal, gate });
    const [served = [], along = []] = await model.complete(
      own.lines,
      isApart ? [others] : [others, withoutOthers],
      ofLines,
    );
    if (served.length === 0) return undefined;
    const [ownTexts, generalTexts] = [await model.read(own.texts, ofTexts), await model.read(general.texts, ofTexts)];
    const [forgotten = []] = await model.complete(general.lines, [withoutOthers], 1);
    const alone = isApart ? (await model.complete(own.lines, [withoutOthers], 1))[0]! : along;
    const comparison = compareTried(served, ownTexts);
    return {
      verdict: verdictOfTrial(comparison),
      files: new Set(served.map(({ hole }) => hole.file)).size,
      served: comparison,
      ...(alone.length === served.length && { alone: compareTried(alone, ownTexts) }),
      ...(forgotten.length > 0 && { general: compareTried(forgotten, generalTexts) }),
      ...examplesOf(served),
      seconds: gate.now() - startedAt,
    };
  } finally {
    await infiller.release();
  }
};
