/**
 * Tries a new adapter on the files that its training held out: completes the rests of their lines and the bodies of their blocks as the
 * editor would, once without the new adapter (with the base alone, or with the adapter that the new one continues) and once with it. The
 * time is limited.
 */

import { openGate } from "../../foundation/waiting/gate.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Trial } from "../../training/trialReport.ts";
import { openBaseInfiller } from "../candidates/baseInfiller.ts";
import { withOthers, withoutOthers } from "./trialContext.ts";
import { drawTrialCode, readGeneralCode } from "./trialCode.ts";
import { trialMeter } from "./trialMeter.ts";
import { openTrialModel } from "./trialModel.ts";
import { compareBodies, compareLines, examplesOf, forgettingOf, verdictOfTrial } from "./trialScores.ts";

/** The most lines and bodies of the held-out files, and of general code. */
const heldOutCounts = { lines: 200, bodies: 80 };
const generalCounts = { lines: 80, bodies: 0 };
/** Shares of the time after which lines, bodies and texts end. So a slow machine tries fewer of each, but skips none of the later parts. */
const [ofLines, ofBodies, ofTexts] = [0.5, 0.7, 0.8];

export const runTrial: Trial = async (subject, { log, signal, gate = openGate, enough, onProgress }) => {
  const { heldOut, seed, base, earlier, shippedData, trainingSeconds } = subject;
  const startedAt = gate.now();
  const parser = await openPythonParser();
  const own = await drawTrialCode(heldOut, parser, { ...heldOutCounts, seed, signal });
  if (own.lines.length === 0) return undefined;
  const generalCode = await readGeneralCode(shippedData);
  const general = await drawTrialCode(generalCode, parser, { ...generalCounts, seed, signal });
  const infiller = await openBaseInfiller(base);
  try {
    const others = await withOthers(heldOut, { contextTokens: infiller.contextTokens, log, signal });
    // Completions from the file alone show what a training adds compared with the index. A refresh does not ask that.
    const isAlone = earlier === undefined;
    // If the prompt has room for other files, completions from the file alone need a second prompt, for which a trial may have no time
    // left.
    const isApart = isAlone && infiller.contextTokens > 0;
    const pieces =
      (isApart ? 2 : 1) * own.lines.length +
      own.bodies.length +
      own.texts.length +
      general.lines.length +
      general.texts.length;
    const meter = trialMeter({ of: 2 * pieces, trainingSeconds, gate, enough, onProgress });
    const model = openTrialModel(infiller, subject, { meter, signal, gate });
    const contexts = isAlone && !isApart ? [others, withoutOthers] : [others];
    const [served = [], along] = await model.complete(own.lines, contexts, ofLines);
    if (served.length === 0) return undefined;
    const [bodies = []] = await model.complete(own.bodies, [others], ofBodies);
    const [ownTexts, generalTexts] = [await model.read(own.texts, ofTexts), await model.read(general.texts, ofTexts)];
    const [forgotten = []] = await model.complete(general.lines, [withoutOthers], 1);
    const alone = isApart ? (await model.complete(own.lines, [withoutOthers], 1))[0] : along;
    const comparison = compareLines(served, ownTexts);
    const comparisonOfBodies = bodies.length > 0 ? compareBodies(bodies) : undefined;
    const generalComparison = forgotten.length > 0 ? compareLines(forgotten, generalTexts) : undefined;
    const forgets = generalComparison && forgettingOf(generalComparison, earlier === undefined ? "base" : "adapter");
    return {
      ...verdictOfTrial(comparison, comparisonOfBodies),
      ...(earlier !== undefined && { against: "adapter" as const }),
      files: new Set(served.map(({ hole }) => hole.file)).size,
      served: comparison,
      ...(comparisonOfBodies && { bodies: comparisonOfBodies }),
      ...(alone?.length === served.length && { alone: compareLines(alone, ownTexts) }),
      ...(generalComparison && { general: generalComparison }),
      ...(forgets && { forgets }),
      ...examplesOf([...served, ...bodies]),
      seconds: gate.now() - startedAt,
    };
  } finally {
    await infiller.release();
  }
};
