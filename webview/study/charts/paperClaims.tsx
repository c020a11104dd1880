/** What the paper claims, in general terms, next to the charts of its data sets. Quotes no figure from the paper's tables. */

import { t } from "../../shared/l10n.ts";

const dataSets = new Set(["conala", "codealpacapy"]);

/** Whether the paper evaluates on this suite. */
export function isOfPaper(suite: string): boolean {
  return dataSets.has(suite);
}

const claims: readonly string[] = [
  t("LoRA is in general the best of the methods, and better than training all parameters of a small model."),
  t("LoRA, IA3 and prompt tuning of large models are better than training all parameters of small ones."),
  t(
    "LoRA is clearly better than examples in the prompt, for all models and on both data sets; training is better than retrieval, too.",
  ),
  t("One LoRA adapter for both data sets is about as good as one for each."),
  t("QLoRA takes about half the memory of LoRA: CodeLlama-34B fits into less than 24 GB."),
];

export function PaperClaims() {
  return (
    <aside class="paper" aria-label={t("What the paper claims")}>
      <h3>{t("What the paper claims")}</h3>
      <p class="note">
        {t(
          "Claims of arXiv 2308.10462 in general terms, from its abstracts and from summaries. None is a figure of its tables, and none is measured here.",
        )}
      </p>
      <ul>
        {claims.map((claim) => (
          <li key={claim}>{claim}</li>
        ))}
      </ul>
    </aside>
  );
}
