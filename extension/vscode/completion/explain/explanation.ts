/**
 * "Graft: Explain completion": shows why there was no suggestion just now, and, for the last suggestion, what the model reads at its place,
 * where that text is from, and how sure the model was.
 */

import * as vscode from "vscode";
import type { Completion } from "../../../core/completion/result/completion.ts";
import type { ContextSnippet } from "../../../core/completion/context/selectContext.ts";
import type { ShownPrompt } from "../../../core/completion/context/shownPrompt.ts";
import type { CompletionRequest } from "../../../core/completion/completionRequest.ts";
import type { Copy } from "../../../core/repository/repositoryQuery.ts";
import type { Silence } from "../../../core/completion/judgement/suggestionEvent.ts";
import type { Configuration } from "../../configuration.ts";
import { isExcluded } from "../circumstance.ts";
import type { Engine } from "../engine.ts";
import type { Front } from "../repositoryContext.ts";
import { whyNeverAsked, whySilent } from "./silenceWords.ts";

interface Place {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
}

/** A suggestion that appeared. */
export interface Explained extends Place {
  readonly request: CompletionRequest;
  /** What the request contains from other files. */
  readonly front: Front;
  readonly source: { readonly base: string; readonly adapter: string | undefined };
  readonly completion: Completion;
  /** The part of the completion that was shown. */
  readonly text: string;
  /** The chance that `text` is kept, which may be only the beginning of the completion. */
  readonly confidence: number;
}

export interface Explanation {
  note(suggestion: Explained): void;
  /** Records that nothing appeared at this place. */
  noteSilence(place: Place, reason: Silence): void;
  /** Opens the explanation as a rendered page. */
  show(): Promise<void>;
}

const scheme = "graft-explanation";
const uri = vscode.Uri.from({ scheme, path: "/completion.md" });

export interface ExplanationOptions {
  engine: Pick<Engine, "explain">;
  configuration: Pick<Configuration, "get">;
}

export function openExplanation(
  { engine, configuration }: ExplanationOptions,
  subscriptions: vscode.Disposable[],
): Explanation {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let last: Explained | undefined;
  /** The last silence, if it is newer than the last suggestion. */
  let silence: { readonly place: Place; readonly reason: Silence } | undefined;
  let content = "";
  subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => content,
    }),
  );
  return {
    note: (suggestion) => {
      [last, silence] = [suggestion, undefined];
    },
    noteSilence: (place, reason) => {
      silence = { place, reason };
    },
    show: async () => {
      const { t } = vscode.l10n;
      const why = neverAsked(configuration) ?? (silence && silenceOf(silence.place, silence.reason));
      if (!last && why === undefined) {
        void vscode.window.showInformationMessage(t("Graft has not been asked for a suggestion in this window yet."));
        return;
      }
      const parts = [
        ...(why === undefined ? [] : [why]),
        ...(last ? [explanationOf(last, await engine.explain(last.request))] : []),
      ];
      content = parts.join("\n\n");
      changed.fire(uri);
      const opened = await vscode.workspace.openTextDocument(uri);
      // The preview is a separate extension, which may be disabled.
      await vscode.commands
        .executeCommand("markdown.showPreview", uri)
        .then(undefined, () => vscode.window.showTextDocument(opened, { preview: true }));
    },
  };
}

/** Returns why Graft never completes in the active editor; undefined if no editor is open, or Graft may complete there. */
function neverAsked(configuration: Pick<Configuration, "get">): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "python") return undefined;
  const { document, selection } = editor;
  const setting = !configuration.get("enable")
    ? "enable"
    : isExcluded(document, configuration)
      ? "completion.exclude"
      : undefined;
  if (setting === undefined) return undefined;
  return noSuggestion({ document, position: selection.active }, whyNeverAsked(setting));
}

function silenceOf(place: Place, reason: Silence): string {
  const { t } = vscode.l10n;
  const asked = t("{0} asks for one.", "`Alt+\\`");
  return noSuggestion(place, `${whySilent(reason)} ${asked}`);
}

function noSuggestion(place: Place, why: string): string {
  return [`# ${vscode.l10n.t("No suggestion")}`, placeOfCursor(place), why].join("\n\n");
}

function placeOfCursor({ document, position }: Place): string {
  return code(`${vscode.workspace.asRelativePath(document.uri)}:${position.line + 1}:${position.character + 1}`);
}

function explanationOf(suggestion: Explained, prompt: ShownPrompt | null): string {
  const { t } = vscode.l10n;
  const { source, completion, text, confidence, front } = suggestion;
  const { load, prefill, decode } = completion.milliseconds;
  const { context = [], copies } = front;
  return [
    `# ${t("The last suggestion")}`,
    placeOfCursor(suggestion),
    fenced("python", text),
    list([
      t("Base model: {0}", source.base || "graft-base"),
      t("Adapter: {0}", source.adapter ?? t("none")),
      t("Confidence: {0} %", Math.round(100 * confidence)),
      ...(completion.tokens === 0
        ? [t("The rest of a suggestion that was there before: the model was not asked again")]
        : [
            t("Generated tokens: {0}", completion.tokens),
            t("Time: {0} ms to read, {1} ms to write", Math.round(load + prefill), Math.round(decode)),
          ]),
    ]),
    `## ${t("Parts of other files in front of this file")}`,
    context.length > 0
      ? list(context.map((part) => `${code(part.path)}: ${reasonOf(part)}`))
      : copies && copies.length > 0
        ? t("None. Small models read no other files: they follow the places below.")
        : t("None. Small models read no other files."),
    `## ${t("Places with the same text before the cursor")}`,
    placesOf(copies),
    ...(prompt ? promptOf(prompt) : []),
    "",
  ].join("\n\n");
}

function promptOf({ text, tokens, requiredText }: ShownPrompt): string[] {
  const { t } = vscode.l10n;
  return [
    `## ${t("What the model reads there: {0} tokens", tokens)}`,
    ...(requiredText === ""
      ? []
      : [t("The model writes {0} again, because it may begin another word.", code(requiredText))]),
    fenced("text", text),
  ];
}

function reasonOf({ reason, text }: ContextSnippet): string {
  const { t } = vscode.l10n;
  const lines = text.trimEnd().split("\n").length;
  switch (reason) {
    case "definition":
      return t("defines what this file imports or names ({0} lines)", lines);
    case "edited":
      return t("edited recently ({0} lines)", lines);
    case "similar":
      return t("shares rare words with the lines before the cursor ({0} lines)", lines);
  }
}

function placesOf(copies: Front["copies"]): string {
  const { t } = vscode.l10n;
  if (!copies) return t("Unknown: the folder was still being read, or the answer took too long.");
  const places = [...new Set(copies.map(placeOf))];
  return places.length > 0 ? list(places) : t("none");
}

/** "`path`: `before` → `after`"; without `before` if only blanks precede it in the line. */
function placeOf({ path, before, after }: Copy): string {
  const [line = ""] = after.split("\n", 1);
  const start = before.split("\n").at(-1)!.trimStart();
  return `${code(path)}: ${start === "" ? "" : `${code(start)} `}→ ${code(line)}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Quotes text as Markdown code, with more backticks than it holds, and blanks where those would touch. */
function code(text: string): string {
  if (text.trim() === "") return "` `";
  const fence = backticksFor(text, 1);
  const margin = /^`|`$|^ .* $/.test(text) ? " " : "";
  return `${fence}${margin}${text}${margin}${fence}`;
}

function fenced(language: string, text: string): string {
  const fence = backticksFor(text, 3);
  return `${fence}${language}\n${text}\n${fence}`;
}

function backticksFor(text: string, fewest: number): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  return "`".repeat(Math.max(fewest, longest + 1));
}
