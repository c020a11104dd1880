/**
 * A study of 30 runs of 1,000 tasks. Prints how long it takes to open and to scroll. That depends on the machine, so it is not asserted.
 */

import type { Frame } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { graftReady, openStudies } from "./harness/graft.ts";
import { writeLargeStudy } from "./harness/largeStudy.ts";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({ files: { "large.py": "x = 1\n" } });
const runRows = 'div[role="region"][aria-label="Runs"] tbody tr';

/** Milliseconds from a click on the button with this label until an element appears, as the page itself sees it. */
function clickUntil(view: Frame, label: string, selector: string): Promise<number> {
  return view.evaluate(
    async ({ name, goal }) => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>("button")];
      const button = buttons.find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name)!;
      const start = performance.now();
      const found = new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!document.querySelector(goal)) return;
          observer.disconnect();
          resolve();
        });
        observer.observe(document.body, { childList: true, subtree: true });
      });
      button.click();
      await found;
      await new Promise(requestAnimationFrame);
      return Math.round(performance.now() - start);
    },
    { name: label, goal: selector },
  );
}

/** The longest frame in milliseconds while an element is scrolled from top to bottom. */
function scrollFrames(view: Frame, selector: string): Promise<{ longest: number; median: number; work: number }> {
  return view.evaluate(async (name) => {
    const box = document.querySelector(name)!;
    let work = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) work = Math.max(work, Math.round(duration));
    });
    observer.observe({ entryTypes: ["longtask"] });
    const frames: number[] = [];
    const steps = 120;
    let last = await new Promise<number>(requestAnimationFrame);
    for (let step = 1; step <= steps; step++) {
      box.scrollTop = (box.scrollHeight * step) / steps;
      const now = await new Promise<number>(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    observer.disconnect();
    frames.sort((one, other) => one - other);
    return { longest: Math.round(frames.at(-1)!), median: Math.round(frames[steps / 2]!), work };
  }, selector);
}

const tell = (what: string, value: unknown): void => console.info(`large study: ${what}: ${JSON.stringify(value)}`);

test(
  "a study of 30 runs of 1,000 tasks is opened, and its tasks scrolled",
  { timeout: 500_000 },
  async ({ workbench }) => {
    await workbench.openFile("large.py");
    await graftReady(workbench);
    onTestFinished(await writeLargeStudy("Thirty runs", workbench.folder));
    let view = await openStudies(workbench);
    await view.getByRole("button", { name: "Open Thirty runs" }).click();
    // The first time, the paired tests are computed and stored.
    await view.getByRole("heading", { name: "Charts" }).waitFor({ timeout: 300_000 });
    await view.getByRole("button", { name: "All studies" }).click();
    await view.getByRole("button", { name: "Open Thirty runs" }).waitFor();
    tell("ms until its runs are shown", await clickUntil(view, "Open Thirty runs", runRows));
    await view.getByRole("heading", { name: "Charts" }).waitFor({ timeout: 60_000 });
    expect(await view.locator(runRows).count()).toBe(30);

    await workbench.command("View: Close Editor");
    view = await openStudies(workbench);
    tell(
      "ms of a new panel until runs and results are shown",
      await view.evaluate(async (rows) => {
        while (!document.querySelector(rows) || !document.querySelector(".charts svg"))
          await new Promise(requestAnimationFrame);
        return Math.round(performance.now());
      }, runRows),
    );

    tell("ms until its tasks are shown", await clickUntil(view, "Show tasks: thousand.jsonl, graft", ".task"));
    await view.getByText("1000 of 1000 tasks.").waitFor();
    tell("frames of the tasks", await scrollFrames(view, '[role="listbox"]'));
    // Only what is in view is drawn.
    expect(await view.locator(".task").count()).toBeLessThan(50);
    await view.getByText("apply list to the list number 999").waitFor();
    tell("frames of the page", await scrollFrames(view, "html"));
    await view.getByLabel("Search").fill("number 99");
    await view.getByText("11 of 1000 tasks.").waitFor();
    await workbench.screenshot("studies, thirty runs");
  },
);
