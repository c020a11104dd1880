/** What the specs know about Graft: where its parts are on screen, and its processes on this machine. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { scratch } from "../../../scripts/bed/paths.ts";
import { appears } from "./until.ts";
import type { Workbench } from "./workbench.ts";

/** Graft's folder in the editor, which all specs share. */
export const storage = join(scratch, "ui/user/User/globalStorage/graft.graft");

/** Waits until Graft completes with `adapter` ("none" for the base alone), once the window shows a Python file. */
export async function graftReady(workbench: Workbench, adapter = "none"): Promise<void> {
  // While the model loads, the icon spins.
  const text = adapter === "none" ? "Graft: no adapter" : `Graft: ${adapter}`;
  const item = workbench.page.locator(".statusbar-item:not(:has(.codicon-loading))", { hasText: text });
  await item.waitFor({ timeout: 60_000 });
}

/**
 * Types `text` key by key until there is ghost text, and returns what it has typed. Where ghost text appears depends on the base, and bases
 * change.
 */
export async function typeUntilGhostText(
  workbench: Workbench,
  text: string,
): Promise<{ typed: string; ghost: string }> {
  for (let length = 1; length <= text.length; length++) {
    await workbench.type(text.slice(length - 1, length));
    if (await appears(workbench.ghostPieces.first(), 1000)) {
      return { typed: text.slice(0, length), ghost: await workbench.ghostText() };
    }
  }
  throw new Error(`No ghost text appeared while ${JSON.stringify(text)} was typed.`);
}

export async function openTrainingForm(workbench: Workbench): Promise<Frame> {
  // A window learns its extensions' commands some time after it opens.
  await workbench.page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Train adapter");
  const form = await workbench.webview("form, section");
  // The editor moves the focus there a moment later, and would take it from a button that has it already.
  await workbench.page.waitForFunction('document.activeElement?.matches("iframe.webview")');
  return form;
}

export async function openStudies(workbench: Workbench): Promise<Frame> {
  await workbench.page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Open studies");
  return workbench.webview('main[aria-label="Studies"]');
}

/**
 * Waits until a training has ended. Skips the rest of its trial: unless the spec is about the trial, its findings are not worth two
 * minutes.
 */
export async function endOfTraining(form: Frame, name: string): Promise<void> {
  const ended = form.getByText(`Trained. "${name}" is`);
  const skip = form.getByRole("button", { name: "Skip the rest" });
  await ended.or(skip).first().waitFor({ timeout: 200_000 });
  if (await skip.isVisible()) await skip.click();
  await ended.waitFor({ timeout: 60_000 });
}

/** The newest engine process of the role in the editor of the specs: that of the window under test. */
function enginePid(role: "completion" | "training"): number | undefined {
  const table = execFileSync("ps", ["-eo", "pid,args", "--sort=start_time"], { encoding: "utf8" });
  // Other editors on this machine have engines, too, which the specs must not touch.
  const ours = join(scratch, "ui", "extensions");
  const lines = table.split("\n").filter((line) => line.includes(ours) && line.includes(`dist/engine.js ${role}`));
  const last = lines.at(-1);
  return last === undefined ? undefined : Number.parseInt(last, 10);
}

/** Kills it as a crash would. */
export function killEngine(role: "completion" | "training"): void {
  const pid = enginePid(role);
  if (pid === undefined) throw new Error(`No ${role} process runs.`);
  process.kill(pid, "SIGKILL");
}

/** Stops it, so that it answers nothing until the returned function is called. */
export function stopEngine(role: "completion" | "training"): () => void {
  const pid = enginePid(role);
  if (pid === undefined) throw new Error(`No ${role} process runs.`);
  process.kill(pid, "SIGSTOP");
  return () => void process.kill(pid, "SIGCONT");
}
