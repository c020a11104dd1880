/** The history of the open study: takes runs of other machines, deletes runs, and brings them back. */

import * as vscode from "vscode";
import { deleteRun, restoreRun } from "../../core/evaluation/history/deleteRun.ts";
import { english } from "../../core/foundation/words/said.ts";
import { importRunsRequest } from "../../engine/protocol/library.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import type { Messages } from "../messages.ts";
import { problemInOneLine } from "../translated.ts";
import { choosePath } from "./choosePath.ts";
import type { Studies } from "./studies.ts";

export interface StudyHistory {
  /** Asks for a folder. */
  importRuns(): Promise<void>;
  remove(run: string): Promise<void>;
}

export interface StudyHistoryOptions {
  studies: Studies;
  libraryProcess: LibraryProcess;
  messages: Messages;
  home: string;
}

/** The most runs whose problems the notice names. */
const mostTold = 3;

export function openStudyHistory({ studies, libraryProcess, messages, home }: StudyHistoryOptions): StudyHistory {
  const replan = async (): Promise<void> => studies.opened?.plan();
  return {
    async importRuns() {
      const source = await choosePath("runs");
      if (source === undefined) return;
      const { imported, known, problems } = await libraryProcess.ask(importRunsRequest, { source, home });
      const count = vscode.l10n.t("Imported {0} runs; {1} were here.", imported.length, known.length);
      // The notice has room for a few of them; the log holds all.
      for (const { message, nextStep } of problems) messages.log(`${english(message)} ${english(nextStep)}`);
      const told = [count, ...problems.slice(0, mostTold).map(problemInOneLine)];
      if (problems.length > mostTold) told.push(vscode.l10n.t("{0} more are in the log.", problems.length - mostTold));
      messages.tell(problems.length > 0 ? "warning" : "info", told.join(" "));
      await replan();
    },
    async remove(run) {
      await deleteRun(run, home);
      const undo = async (): Promise<void> => {
        await restoreRun(run, home);
        await replan();
      };
      messages.tell("info", vscode.l10n.t('Deleted the run "{0}".', run), [
        { title: vscode.l10n.t("Undo"), run: undo },
      ]);
      await replan();
    },
  };
}
