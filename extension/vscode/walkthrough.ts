/** Completes steps of the walkthrough that a user may take anywhere in the editor. */

import * as vscode from "vscode";

/** Context keys that package.json uses. */
export type Step = "graft.suggested" | "graft.trained" | "graft.adapterSelected";

/**
 * Tells VS Code that the user has taken `step`.
 *
 * VS Code completes a step only when its key *becomes* true after VS Code has read the walkthrough, which may be late.
 * A key that is already true then has no effect. So the key becomes true for a moment, each time.
 */
export async function completeStep(step: Step): Promise<void> {
  await vscode.commands.executeCommand("setContext", step, true);
  await vscode.commands.executeCommand("setContext", step, false);
}
