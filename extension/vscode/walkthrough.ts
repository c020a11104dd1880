/** Completes steps of the walkthrough that a user may take anywhere in the editor. */

import * as vscode from "vscode";

/** Context keys that package.json uses. */
export type Step = "graft.suggested" | "graft.trained" | "graft.adapterSelected";

/** The steps that the user has taken in this window. */
const taken = new Set<Step>();

/** Tells VS Code that the user has taken `step`, and keeps it for a walkthrough that is opened later. */
export async function completeStep(step: Step): Promise<void> {
  taken.add(step);
  await tell(step);
}

/** Reports the steps again when VS Code first shows a walkthrough, because it reads them only then and has missed earlier reports. */
export function tellStepsAgain(subscriptions: vscode.Disposable[]): void {
  const again = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
    // VS Code does not tell extensions what its own pages hold.
    if (opened.some(({ input }) => input === undefined)) for (const step of taken) void tell(step);
  });
  subscriptions.push(again);
}

/**
 * VS Code completes a step only when its key *becomes* true after VS Code has read the walkthrough. A key that is already
 * true then has no effect. So the key becomes true for a moment, each time.
 */
async function tell(step: Step): Promise<void> {
  await vscode.commands.executeCommand("setContext", step, true);
  await vscode.commands.executeCommand("setContext", step, false);
}
