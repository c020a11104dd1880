/** Completions of base and adapter side by side with the author's text, at held-out lines. */

import type { TrialExample } from "../../protocol/trial.ts";
import { t } from "../../shared/l10n.ts";

export function TrialExamples({ title, examples }: { title: string; examples: readonly TrialExample[] }) {
  if (examples.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="examples">
        {examples.map((example) => (
          <li key={`${example.path}:${example.line}:${example.before}`}>
            <Example example={example} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Example({ example }: { example: TrialExample }) {
  const { path, line, before, author, base, adapter } = example;
  return (
    <>
      <p class="note">{t("{0}, line {1}", path, line)}</p>
      <pre tabIndex={0}>{before}▏</pre>
      <dl>
        <Text term={t("Author")} text={author} />
        <Text term={t("Base")} text={base} isRight={isSame(base, author)} />
        <Text term={t("Adapter")} text={adapter} isRight={isSame(adapter, author)} />
      </dl>
    </>
  );
}

function Text({ term, text, isRight }: { term: string; text: string; isRight?: boolean }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {text === "" ? <em>{t("nothing")}</em> : <code>{text}</code>}
        {isRight && <span class="right"> ✓ {t("right")}</span>}
      </dd>
    </>
  );
}

/** Blanks at the end carry no intention; the scores ignore them, too. */
function isSame(text: string, author: string): boolean {
  return text.trimEnd() === author.trimEnd();
}
