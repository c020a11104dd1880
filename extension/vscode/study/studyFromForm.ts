/** Makes a study of what the form asks for. */

import { join } from "node:path";
import { isPaperDataset } from "../../core/dataset/paperDatasets.ts";
import { cutName, madeStudy, studyLimits, type Study } from "../../core/evaluation/study/studyFile.ts";
import type { StudyForm } from "../../../webview/protocol/study.ts";

export interface FormPlaces {
  /** The folder of the adapters. */
  readonly library: string;
  /** The base in use. */
  readonly base: string;
  /** The folder whose code the form's only suite of code holds, if that suite is a file of held-out code. */
  readonly repository: string | undefined;
}

const withRepositoryName = " + repository";
/** Leaves room for " + repository" after the name. */
const longestName = studyLimits.name - withRepositoryName.length;

/** @throws UserError "study-invalid" beyond the limits of a study */
export function studyFromForm(form: StudyForm, { library, base, repository }: FormPlaces): Study {
  const { title, suites, examples, hasBase, drawn, nearest, encoder, protocol, decoding, limit, seeds } = form;
  const plain = hasBase ? [{ base }] : [];
  const adapters = form.adapters.map((name) => ({
    name: cutName(name, longestName),
    base,
    adapters: [{ folder: join(library, name) }],
  }));
  const others = form.bases.map((name) => ({ base: name }));
  const whole = [...plain, ...adapters, ...others];
  return madeStudy({
    format: 1,
    title,
    suites: suites.map((source) => ({ source, ...(examples !== "" && !isPaperDataset(source) && { examples }) })),
    candidates: [
      ...whole,
      ...drawn.map((shots) => ({ base, mode: "icl", shots })),
      ...nearest.map((shots) => ({ base, mode: "rag", shots })),
      ...(encoder === "" ? [] : nearest.map((shots) => ({ base, mode: "rag", shots, encoder }))),
      ...(form.hasRepository ? whole.map((each) => withRepository(each, repository)) : []),
    ],
    protocol,
    decoding: { beams: {}, greedy: { greedy: true }, samples: { samples: 5 } }[decoding],
    ...(limit !== undefined && { limit }),
    seeds,
  });
}

function withRepository(candidate: { base: string; name?: string }, repository: string | undefined): object {
  const { name } = candidate;
  return {
    ...candidate,
    ...(name !== undefined && { name: `${name}${withRepositoryName}` }),
    context: "repository",
    ...(repository !== undefined && { repository }),
  };
}
