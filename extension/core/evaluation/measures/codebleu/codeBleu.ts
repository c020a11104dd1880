/**
 * CodeBLEU for Python: combines its four parts, and holds the differences between its two reference implementations.
 */

import type { PythonParser } from "../../../python/pythonParser.ts";
import { best, type Measure } from "../measure.ts";
import { split, strip } from "../whitespace.ts";
import { bleuCounts, bleuScore, bleuWidth, weightedCounts } from "./bleu.ts";
import { dataFlow } from "./dataFlow.ts";
import { dataFlowCounts } from "./dataFlowMatch.ts";
import { syntaxCounts } from "./syntaxMatch.ts";
import { withoutJavaComments, withoutPythonComments } from "./withoutComments.ts";

export const codeBleuBehaviours = ["k4black", "codexglue"] as const;

export type CodeBleuBehaviour = (typeof codeBleuBehaviours)[number];

const keywords =
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in " +
  "is lambda nonlocal not or pass raise return try while with yield";

const behaviours = {
  /** PyPI's codebleu 0.7. A data flow of 0 counts as 1, whether there is none or none matches. */
  k4black: {
    keywords: new Set(`${keywords} match case type`.split(" ")),
    withoutComments: withoutPythonComments,
    dataFlowInScore: (match: number) => match || 1,
  },
  /** The script of CodeXGLUE, which the paper's second version runs. */
  codexglue: {
    keywords: new Set(keywords.split(" ")),
    withoutComments: withoutJavaComments,
    dataFlowInScore: (match: number) => match,
  },
} as const;

/**
 * CodeBLEU of a corpus, in 0..1, with its parts: BLEU, BLEU with keywords weighted, syntax match and data-flow match, a
 * quarter each (Ren et al. 2020, arXiv 2009.10297). Tokens are words between blanks.
 */
export function codeBleu(
  parser: PythonParser,
  behaviour: CodeBleuBehaviour,
): Measure<"score" | "ngram" | "weightedNgram" | "syntax" | "dataflow"> {
  const { keywords, withoutComments, dataFlowInScore } = behaviours[behaviour];
  const read = (text: string) => {
    const code = strip(text);
    const bare = withoutComments(code);
    const tree = parser.wholeTree(bare);
    return { tokens: split(code), tree, flows: dataFlow(tree, bare) };
  };
  return {
    width: 2 * bleuWidth + 4,
    count: (predictions, reference) => {
      const [predicted, expected] = [read(best(predictions)), read(reference)];
      return [
        ...bleuCounts(predicted.tokens, expected.tokens),
        ...weightedCounts(predicted.tokens, expected.tokens, keywords),
        ...syntaxCounts(predicted.tree, expected.tree),
        ...dataFlowCounts(predicted.flows, expected.flows),
      ];
    },
    scores: (sums) => {
      const numbers = Array.from(sums);
      const share = (at: number): number => (numbers[at + 1] === 0 ? 0 : numbers[at]! / numbers[at + 1]!);
      const ngram = bleuScore(numbers.slice(0, bleuWidth));
      const weightedNgram = bleuScore(numbers.slice(bleuWidth, 2 * bleuWidth));
      const [syntax, dataflow] = [share(2 * bleuWidth), share(2 * bleuWidth + 2)];
      const score = (ngram + weightedNgram + syntax + dataFlowInScore(dataflow)) / 4;
      return { score, ngram, weightedNgram, syntax, dataflow };
    },
  };
}
