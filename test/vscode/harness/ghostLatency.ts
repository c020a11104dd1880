/** Measures the time from a key press to the frame that shows ghost text for the typed character, in the page itself. */

import type { Page } from "playwright-core";

export interface GhostLatencies {
  /** Keys that typed something. */
  keystrokes: number;
  /** Milliseconds for each key after which another suggestion appeared. */
  fresh: number[];
  /** Milliseconds for each key that followed the suggestion, so that it stayed. */
  kept: number[];
}

interface Seen {
  time: number;
  /** The line with the ghost text taken out, and the ghost text. */
  line: string;
  ghost: string;
}

interface Recording {
  keys: { time: number; key: string }[];
  seen: Seen[];
  stop(): void;
}

/** Watches from now on, until the returned function is called. Keys whose answer the next key overtook are in neither list. */
export async function watchGhostText(page: Page): Promise<() => Promise<GhostLatencies>> {
  await page.evaluate(record);
  return async () => {
    const { keys, seen } = await page.evaluate(() => {
      const { recording } = window as unknown as { recording: Recording };
      recording.stop();
      return { keys: recording.keys, seen: recording.seen };
    });
    return latencies(keys, seen);
  };
}

/** Runs in the page, so it cannot use anything from this file. */
function record(): void {
  const editor = document.querySelector(".editor-group-container.active .editor-instance");
  const keys: Recording["keys"] = [];
  const seen: Seen[] = [];
  const onKey = (event: Event): void => void keys.push({ time: performance.now(), key: (event as KeyboardEvent).key });
  document.addEventListener("keydown", onKey, { capture: true });
  let running = true;
  const look = (): void => {
    if (!running || !editor) return;
    const cursor = editor.querySelector(".cursor")?.getBoundingClientRect();
    const lines = [...editor.querySelectorAll(".view-lines > .view-line")];
    const line = lines.find((element) => Math.abs(element.getBoundingClientRect().top - (cursor?.top ?? -1)) < 4);
    const pieces = [
      ...(line?.querySelectorAll(".ghost-text-decoration, .ghost-text, .ghost-text-decoration-preview") ?? []),
    ];
    const below = editor.querySelector(".suggest-preview-text")?.textContent ?? "";
    const ghost = pieces.map((piece) => piece.textContent).join("");
    const text = line?.textContent ?? "";
    const next = { line: ghost === "" ? text : text.replace(ghost, ""), ghost: ghost + below };
    const last = seen.at(-1);
    if (last?.line !== next.line || last.ghost !== next.ghost) seen.push({ time: performance.now(), ...next });
    requestAnimationFrame(look);
  };
  look();
  const stop = (): void => {
    running = false;
    document.removeEventListener("keydown", onKey, { capture: true });
  };
  (window as unknown as { recording: Recording }).recording = { keys, seen, stop };
}

function latencies(keys: Recording["keys"], seen: readonly Seen[]): GhostLatencies {
  const typing = keys.filter(({ key }) => key.length === 1 || key === "Enter");
  const result: GhostLatencies = { keystrokes: typing.length, fresh: [], kept: [] };
  for (const [i, { time, key }] of typing.entries()) {
    const end = typing[i + 1]?.time ?? Number.POSITIVE_INFINITY;
    const before = seen.findLast((state) => state.time < time);
    // The first state after the key in which its own character is in the line.
    const after = seen.filter((state) => state.time >= time && state.time < end && state.line !== before?.line);
    const shown = after.find(({ ghost }) => ghost !== "");
    if (!shown) continue;
    const along = before !== undefined && before.ghost.startsWith(key) && before.ghost.slice(1) === shown.ghost;
    (along ? result.kept : result.fresh).push(shown.time - time);
  }
  return result;
}
