/** The user's own commits of the last months in the open folders. The library process asks git. */

import type { CommitSurvey } from "../../../core/training/data/surveyCommits.ts";
import type { LibraryProcess } from "../../../engine/libraryProcess.ts";
import { commitsRequest } from "../../../engine/protocol/training.ts";
import type { CommitsState } from "../../../../webview/protocol/commits.ts";
import { explain, type Messages } from "../../messages.ts";

export interface WorkspaceCommits {
  /** Returns the first day of the last `months`, and the commits of each open folder since then. */
  survey(months: number): Promise<{ since: string; folders: readonly CommitSurvey[] }>;
}

export interface WorkspaceCommitsOptions {
  libraryProcess: LibraryProcess;
  sources: { folders(): string[] };
}

export function workspaceCommits({ libraryProcess, sources }: WorkspaceCommitsOptions): WorkspaceCommits {
  return {
    async survey(months) {
      const since = monthsBefore(new Date(), months);
      return { since, folders: await libraryProcess.ask(commitsRequest, { folders: sources.folders(), since }) };
    },
  };
}

/** Returns for the form the commits of all folders together, or why they are not known. */
export async function commitsState(
  months: number,
  commits: WorkspaceCommits,
  messages: Pick<Messages, "log">,
): Promise<CommitsState> {
  try {
    return await counted(months, commits);
  } catch (error) {
    messages.log(error);
    return { phase: "failed", months, ...explain(error) };
  }
}

async function counted(months: number, commits: WorkspaceCommits): Promise<CommitsState> {
  const { folders } = await commits.survey(months);
  const sum = (key: "commits" | "files" | "lines"): number => folders.reduce((all, folder) => all + folder[key], 0);
  const email = folders.find((folder) => folder.email !== undefined)?.email;
  return {
    phase: "done",
    months,
    commits: sum("commits"),
    files: sum("files"),
    lines: sum("lines"),
    ...(email !== undefined && { email }),
  };
}

function monthsBefore(day: Date, months: number): string {
  const before = new Date(day);
  before.setUTCMonth(before.getUTCMonth() - months);
  return before.toISOString().slice(0, 10);
}
