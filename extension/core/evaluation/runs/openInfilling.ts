/** Opens held-out code as the suite of a run: chooses files and holes, and describes them for the configuration. */

import { createHash } from "node:crypto";
import { seededRandom } from "../../foundation/random.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { ContextKind } from "../../completion/context/contextFields.ts";
import type { IndexedRepository } from "../../completion/context/indexedRepository.ts";
import { drawHoles } from "../suites/drawHoles.ts";
import { readHeldOut } from "../suites/heldOut.ts";
import { openEvaluationRepository } from "../context/contextOf.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { infillerConfiguration } from "./infillerConfiguration.ts";
import { predictInfilling } from "./predictInfilling.ts";
import type { EvaluationSettings } from "./evaluationRequest.ts";

/** Holes of each kind by default. */
const defaultHoles = 500;

/** @throws UserErrors of reading the sources */
export async function openInfilling(
  settings: EvaluationSettings,
  signal: AbortSignal | undefined,
): Promise<EvaluationSuite> {
  const { suite, limit, seed, bits, context, contextTokens, repository: folder, prior, draft } = settings;
  const heldOut = await readHeldOut(suite, signal);
  const parser = await openPythonParser();
  const { holes, problems } = await drawHoles(heldOut.files, parser, { count: limit ?? defaultHoles, seed, signal });
  const files = bits ? seededRandom(seed, "texts").shuffled(heldOut.files).slice(0, limit) : [];
  const hash = createHash("sha256");
  for (const { path, text } of heldOut.files) hash.update(JSON.stringify([path, text]));
  const repository = context === "repository" ? await openEvaluationRepository(folder ?? suite, signal) : undefined;
  return {
    name: heldOut.name,
    problems: [...heldOut.problems, ...problems],
    configuration: {
      suite: {
        name: heldOut.name,
        kind: "infilling",
        hash: hash.digest("hex"),
        tasks: files.length + holes.length,
        files: files.length,
      },
      protocol: "editor",
      ...infillerConfiguration(settings, contextConfiguration(context, repository, contextTokens)),
    },
    predict: async (run, candidate, control) => {
      const infiller = await candidate.openInfiller(control);
      try {
        const tasks = { files, holes, kind: context, repository, options: { prior, draft } };
        await predictInfilling(run, tasks, infiller, control);
      } finally {
        await infiller.release();
      }
    },
    release: async () => {},
  };
}

function contextConfiguration(
  kind: ContextKind,
  repository: IndexedRepository | undefined,
  tokens: number | undefined,
): EvaluationSuite["configuration"]["context"] {
  if (repository) {
    const { name, hash } = repository;
    return { kind: "repository", name, hash, ...(tokens !== undefined && { tokens }) };
  }
  return kind === "none" ? { kind } : undefined;
}
