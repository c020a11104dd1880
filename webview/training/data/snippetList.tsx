/** The snippets in the form: each can be opened to be edited, and removed. */

import type { SnippetShown, SnippetsState } from "../../protocol/snippets.ts";
import type { FromTraining } from "../../protocol/training.ts";
import { Button } from "../../shared/button.tsx";
import { t } from "../../shared/l10n.ts";

export interface SnippetListProps {
  state: SnippetsState;
  post: (message: FromTraining) => void;
}

export function SnippetList({ state: { snippets, removed }, post }: SnippetListProps) {
  return (
    <div class="snippets">
      {snippets.length === 0 && (
        <p class="note">{t('Select code in an editor, and choose "Add selection to snippets" in its menu.')}</p>
      )}
      {snippets.length > 0 && (
        <ul aria-label={snippetsLabel}>
          {snippets.map((snippet) => (
            <Item key={snippet.path} snippet={snippet} post={post} />
          ))}
        </ul>
      )}
      {removed !== undefined && (
        <p class="note" role="status">
          {t("Removed {0}.", removed)}{" "}
          <Button style="link" label={`${t("Undo")}: ${removed}`} onClick={() => post({ type: "restoreSnippet" })}>
            {t("Undo")}
          </Button>
        </p>
      )}
    </div>
  );
}

export const snippetsLabel = t("Snippets");

export function countNote(snippets: readonly SnippetShown[]): string {
  if (snippets.length === 0) return "";
  return snippets.length === 1 ? t("1 snippet") : t("{0} snippets", snippets.length);
}

function Item({ snippet, post }: { snippet: SnippetShown; post: SnippetListProps["post"] }) {
  const { path, lines, start } = snippet;
  return (
    <li>
      <Button style="link" label={`${t("Edit")}: ${path}`} onClick={() => post({ type: "openSnippet", path })}>
        {path}
      </Button>
      <Button style="link" label={`${t("Remove")}: ${path}`} onClick={() => post({ type: "removeSnippet", path })}>
        {t("Remove")}
      </Button>
      <p class="note">
        {lines === 1 ? t("1 line") : t("{0} lines", lines)}
        {snippet.reason === undefined ? <code>{start}</code> : ` · ${leftOutText(snippet.reason)}`}
      </p>
    </li>
  );
}

function leftOutText(reason: NonNullable<SnippetShown["reason"]>): string {
  if (reason === "secret") return t("left out: it contains a secret");
  if (reason === "unparsable") return t("left out: not valid Python by itself");
  return t("left out; the preview says why");
}
