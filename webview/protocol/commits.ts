/** The user's own commits in the workspace, for the training view. */

/** What a training on them would learn from. */
export type CommitsState = {
  /** How far back they go. */
  months: number;
} & (
  | {
      phase: "done";
      /** The user, as git knows them; absent if git or a repository is missing. */
      email?: string;
      commits: number;
      files: number;
      lines: number;
    }
  | { phase: "failed"; message: string; nextStep: string }
);
