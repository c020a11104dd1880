/** The editor's judgement on the virtual clock: when to ask, how much to show, and what follows from the author's edits. */

import type { Completion } from "../../completion/result/completion.ts";
import { openJudgement, type Question } from "../../completion/judgement/judgement.ts";
import type { Silence } from "../../completion/judgement/suggestionEvent.ts";
import { followSuggestions } from "../../completion/judgement/suggestionLife.ts";
import { quietByDefault, reasonNotToAsk } from "../../completion/trigger.ts";
import type { Cursor } from "../../completion/stop.ts";
import type { ReplaySettings } from "./replayRequest.ts";
import type { Answer, Edit, TypedDocument } from "./suggester.ts";

export interface ReplayedJudgement {
  mayAsk(document: TypedDocument, cursor: Cursor, at: number): Silence | null;
  judge(document: TypedDocument, cursor: Cursor, completion: Completion, at: number): Answer;
  appeared(document: TypedDocument, cursor: Cursor, text: string, at: number): void;
  readonly edited: (edit: Edit, at: number) => void;
}

/** @param isOn if false, every completion is shown, and the editor asks wherever it does by default */
export function replayedJudgement(
  isOn: boolean,
  base: string,
  adapters: ReplaySettings["adapters"],
): ReplayedJudgement {
  if (!isOn) {
    return {
      mayAsk: (_document, { prefix, suffix }) => reasonNotToAsk(prefix, suffix),
      judge: (_document, _cursor, { text, confidence }) => {
        return { text, confidence, silence: text === "" ? "nothing-found" : null };
      },
      appeared: () => {},
      edited: () => {},
    };
  }
  const judgement = openJudgement({ quietIn: () => quietByDefault });
  const life = followSuggestions(judgement.told);
  const source = { base, adapter: adapters.map(({ folder }) => folder).join(" + ") || undefined };
  let confidence = 0;
  const question = ({ path }: TypedDocument, cursor: Cursor): Question => {
    return { document: path, cursor, trigger: "automatic" };
  };
  return {
    mayAsk: (document, cursor, at) => judgement.mayAsk(question(document, cursor), at),
    judge: (document, cursor, completion, at) => {
      const verdict = judgement.judge(question(document, cursor), completion, source, at);
      if (verdict.silence !== null) return { text: "", confidence: 0, silence: verdict.silence };
      ({ confidence } = verdict);
      return verdict;
    },
    appeared: (document, cursor, text, at) => {
      const facts = { ...source, trigger: "automatic", confidence, milliseconds: 0, tokens: 0 } as const;
      const appearance = { document: document.path, offset: document.prefix.length, texts: [text], facts };
      const { id } = life.appeared(appearance, at);
      judgement.appeared(id, question(document, cursor), text);
    },
    edited: ({ path, ...change }, at) => {
      judgement.changed(path, [change]);
      life.changed(path, [change], at);
    },
  };
}
