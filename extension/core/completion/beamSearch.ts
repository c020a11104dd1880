/**
 * The likeliest continuations of a prompt, several at once. Scores and stopping are those of transformers'
 * generate(num_beams=width, early_stopping=False, length_penalty=1), which the paper uses.
 */

import { greedy } from "../runtime/sampling.ts";
import { beginText, stopTokens, textBehind, type GenerateRequest, type Generated, type Timed } from "./generate.ts";
import type { End } from "./stop.ts";

interface Beam {
  readonly tokens: readonly number[];
  /** Σ log p of its tokens. */
  readonly sum: number;
}

interface Candidate extends Beam {
  readonly parent: number;
  readonly token: number;
}

interface BeamRequest<Rule extends string> extends Omit<GenerateRequest, "sampling" | "ending"> {
  readonly ending: (text: string) => { readonly length: number; readonly by: Rule } | null;
}

/**
 * At most `width` continuations, best first: by log-probability per token.
 *
 * @throws the signal's reason between two steps once it is aborted
 */
export async function beamSearch<Rule extends string = End["by"]>(
  request: BeamRequest<Rule>,
  width: number,
): Promise<readonly (Generated<Rule> & Timed)[]> {
  const { decoder, tokenizer, owed, maxTokens, ending, signal } = request;
  const stops = stopTokens(tokenizer);
  const startedAt = performance.now();
  const spelled = await beginText(request);
  const readAt = performance.now();
  const branches = decoder.branch();
  let beams: readonly Beam[] = [spelled];
  let { logits } = spelled;
  let finished: readonly (Generated<Rule> & { readonly score: number })[] = [];
  const textOf = (tokens: readonly number[]): string => textBehind(owed, tokenizer.decode(tokens, "inside")) ?? "";
  const finish = (beam: Beam, text: string, stop: Generated<Rule>["stop"], length: number): void => {
    const hypothesis = {
      tokens: beam.tokens,
      logProbability: beam.sum,
      text,
      stop,
      score: beam.sum / Math.max(1, length),
    };
    finished = [...finished, hypothesis].sort((a, b) => b.score - a.score).slice(0, width);
  };

  for (let length = 1; length <= maxTokens && beams.length > 0; length++) {
    signal?.throwIfAborted();
    const next: Candidate[] = [];
    // Twice the width: were all of the better half to end here, enough would be left to go on with.
    const candidates = likeliest(beams, logits, decoder.vocabularySize, 2 * width);
    for (const [rank, candidate] of candidates.entries()) {
      if (next.length === width) break;
      if (stops.has(candidate.token)) {
        const { parent, sum } = candidate;
        const { tokens } = beams[parent]!;
        if (rank < width) finish({ tokens, sum }, textOf(tokens), "end", length);
        continue;
      }
      const text = textBehind(owed, tokenizer.decode(candidate.tokens, "inside"));
      if (text === undefined) continue;
      const end = ending(text);
      if (!end) next.push(candidate);
      else if (rank < width) finish(candidate, text.slice(0, end.length), end.by, length);
    }
    const worst = finished.length === width ? finished.at(-1)!.score : -Infinity;
    beams = next;
    // No beam can still overtake: each only loses probability, and is scored at its present length.
    if (candidates[0] && worst >= candidates[0].sum / length) beams = [];
    if (beams.length === 0 || length === maxTokens) break;
    logits = await branches.extend(
      next.map(({ parent }) => parent),
      next.map(({ token }) => token),
    );
  }
  for (const beam of beams) finish(beam, textOf(beam.tokens), "length", beam.tokens.length);
  const milliseconds = { prefill: readAt - startedAt, decode: performance.now() - readAt };
  return finished.map(({ score: _score, ...hypothesis }) => ({ ...hypothesis, milliseconds }));
}

/** The `count` likeliest ways to go on with any of the beams, best first. `logits` is [beams, vocabulary]. */
function likeliest(
  beams: readonly Beam[],
  logits: Float32Array,
  vocabulary: number,
  count: number,
): readonly Candidate[] {
  const candidates: Omit<Candidate, "tokens">[] = [];
  for (const [parent, { sum }] of beams.entries()) {
    const row = logits.slice(parent * vocabulary, (parent + 1) * vocabulary);
    const highest = row[greedy(row)]!;
    const logTotal = highest + Math.log(row.reduce((total, logit) => total + Math.exp(logit - highest), 0));
    for (let i = 0; i < Math.min(count, vocabulary); i++) {
      const token = greedy(row);
      candidates.push({ parent, token, sum: sum + row[token]! - logTotal });
      row[token] = -Infinity;
    }
  }
  const best = candidates.sort((a, b) => b.sum - a.sum).slice(0, count);
  return best.map((candidate) => ({ ...candidate, tokens: [...beams[candidate.parent]!.tokens, candidate.token] }));
}
