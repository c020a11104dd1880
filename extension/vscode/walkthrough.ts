/** Completes steps of the walkthrough that a user may take anywhere in the editor. */

import * as vscode from "vscode";

/** Context keys that package.json waits for. */
export type Step = "graft.suggested" | "graft.trained" | "graft.adapterSelected";

/**
 * Tells VS Code that the user has taken `step`.
 *
 * VS Code completes a step when its key *becomes* true while it knows the walkthrough, which it may read late; a key that is true
 * by then would never do. So the key is true for a moment, each time.
 */
export async function completeStep(step: Step): Promise<void> {
  await vscode.commands.executeCommand("setContext", step, true);
  await vscode.commands.executeCommand("setContext", step, false);
}
