/** Collects what copies propose at the tokens of held-out lines, together with what a base predicts there. */

import { copyModel } from "../../../extension/core/completion/copies/copyModel.ts";
import { copyEvidence, type CopyEvidence } from "../../../extension/core/completion/copies/copyPrior.ts";
import { copyTokens } from "../../../extension/core/completion/copies/copyTokens.ts";
import { promptBuilder } from "../../../extension/core/completion/prompt.ts";
import { drawHoles, type Hole } from "../../../extension/core/evaluation/suites/drawHoles.ts";
import type { SourceFile } from "../../../extension/core/evaluation/suites/heldOut.ts";
import { logProbability } from "../../../extension/core/inference/decoding/sampling.ts";
import type { TokenTree } from "../../../extension/core/inference/tree/tokenTree.ts";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { openRepository, type Repository } from "../../../extension/core/repository/repository.ts";
import type { Tokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";

/** One token of a line. */
export interface Observation extends Omit<CopyEvidence, "allowed" | "mass"> {
  readonly allowed: readonly (readonly [token: number, logProbability: number])[];
  /** The tokens that would have been right: one, or all that end the line. */
  readonly right: readonly number[];
  /** Their log-probability by the model. */
  readonly logProbability: number;
}

/** A hole. Only the tokens that copies say something about are observations; any other token is only right or wrong. */
export interface ObservedLine {
  readonly place: Hole["place"];
  readonly observations: readonly Observation[];
  /** Whether the model alone is right where copies propose nothing. */
  readonly othersRight: boolean;
}

const considered = 64;
/** Characters of the text after a line that are encoded with it. */
const lookahead = 30;

/**
 * @param files all files of a repository
 * @param held those in which lines are drawn
 */
export async function collect(
  { files, held }: { readonly files: readonly SourceFile[]; readonly held: readonly SourceFile[] },
  { tree, tokenizer }: { readonly tree: TokenTree; readonly tokenizer: Tokenizer },
  count: number,
): Promise<ObservedLine[]> {
  const repository = await openRepository(files);
  const { holes } = await drawHoles(held, await openPythonParser(), { count, seed: 7 });
  const lines: ObservedLine[] = [];
  for (const hole of holes) if (hole.kind === "line") lines.push(await observe(hole, repository, { tree, tokenizer }));
  return lines;
}

async function observe(
  { file: { path, text }, start, end, place }: Hole,
  repository: Repository,
  { tree, tokenizer }: { readonly tree: TokenTree; readonly tokenizer: Tokenizer },
): Promise<ObservedLine> {
  const [prefix, suffix] = [text.slice(0, start), text.slice(end)];
  const { ids, requiredText } = promptBuilder(tokenizer, { prefix: 1024, suffix: 64 })({ path, prefix, suffix });
  const { copies } = repository.query({ path, prefix, suffix });
  const setting = {
    copies: copyModel({ path, prefix, suffix, copies, context: [] }),
    tokens: copyTokens(tokenizer),
    requiredText,
  };
  const line = requiredText + text.slice(start, end);
  const truth = tokenizer.encode(line + suffix.slice(0, lookahead), "inside");
  const prompt = await tree.read([await tree.addPrompt(ids)]);
  const rest = await tree.read([{ parent: prompt.leaves[0]!, ids: truth, asked: truth.length }]);
  const observations: Observation[] = [];
  let [written, othersRight] = ["", true];
  for (const [i, token] of truth.entries()) {
    if (written.length > line.length || written.includes("\n", requiredText.length)) break;
    const size = tree.vocabularySize;
    const logits = i === 0 ? prompt.logits : rest.logits.subarray((i - 1) * size, i * size);
    const [top] = await tree.topLogProbabilities(logits, considered);
    const next = { ...top!, logits };
    const endsLine = tokenizer.decode([token], "inside").startsWith("\n");
    const isRight = (other: number): boolean =>
      other === token || (endsLine && tokenizer.decode([other], "inside").startsWith("\n"));
    const evidence = copyEvidence(setting, written, next);
    if (evidence) {
      const allowed = new Map([[token, logProbability(logits, token) - evidence.mass], ...evidence.allowed]);
      const right = [...allowed.keys()].filter(isRight);
      const sum = right.reduce((total, each) => total + Math.exp(allowed.get(each)!), 0);
      observations.push({ ...evidence, allowed: [...allowed], right, logProbability: Math.min(0, Math.log(sum)) });
    } else othersRight &&= isRight(top!.tokens[0]!);
    written += tokenizer.decode([token], "inside");
  }
  return { place, observations, othersRight };
}
