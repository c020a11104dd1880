/**
 * The output of the command line: for people, or with --json one object per line. Results go to stdout, everything
 * else to stderr.
 */

import { SingleBar, Presets } from "cli-progress";
import type { Log } from "../core/foundation/log.ts";
import { isSaid, english } from "../core/foundation/words/said.ts";

export interface Output {
  readonly log: Log;
  /** Reports long work: `fields` for programs, `text` for people. */
  progress(done: number, total: number, fields: Readonly<Record<string, unknown>>, text: string): void;
  /** Prints the one result of a command: `fields` for programs, `text` for people. */
  result(fields: Readonly<Record<string, unknown>>, text: string): void;
  /** Removes the progress bar. */
  close(): void;
}

/** Milliseconds between two lines of progress without a terminal. */
const lineInterval = 10_000;

export function createOutput({ json, verbose }: { json: boolean; verbose: boolean }): Output {
  let bar: SingleBar | undefined;
  let toldAt = performance.now();
  const close = (): void => {
    bar?.stop();
    bar = undefined;
  };
  /** Prints above the bar, which the next progress draws again. */
  const tell = (text: string): void => {
    close();
    process.stderr.write(`${printable(text)}\n`);
  };
  return {
    log: {
      debug: (message) => verbose && tell(message),
      info: (message) => (verbose || !json) && tell(message),
      warn: (message) => tell(`warning: ${message}`),
      error: (message) => tell(`error: ${message}`),
    },
    progress: (done, total, fields, text) => {
      if (json) {
        process.stdout.write(jsonLine({ event: "progress", ...fields }));
      } else if (process.stderr.isTTY) {
        if (!bar) {
          bar = new SingleBar({ format: "{bar} {percentage} % | {text}", hideCursor: true }, Presets.shades_classic);
          bar.start(total, done, { text });
        }
        bar.setTotal(total);
        bar.update(done, { text: printable(text) });
      } else if (performance.now() - toldAt > lineInterval || done === total) {
        toldAt = performance.now();
        tell(text);
      }
    },
    result: (fields, text) => {
      close();
      process.stdout.write(json ? jsonLine({ event: "result", ...fields }) : `${printable(text)}\n`);
    },
    close,
  };
}

/** Programs read English, as people do on the command line. */
function jsonLine(fields: object): string {
  const inEnglish = (_key: string, value: unknown): unknown => (isSaid(value) ? english(value) : value);
  return `${JSON.stringify(fields, inEnglish)}\n`;
}

/** Replaces control characters except line ends and tabs: names from other people may contain sequences that a terminal would obey. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "�");
}

/** "1 h 5 min", "12 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "6.3 M", "494 M". */
export function count(number: number): string {
  const units = ["", " k", " M", " G"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3));
  return `${Number((number / 1000 ** unit).toPrecision(3))}${units[unit]}`;
}

/** "6.3 MB", "494 MB". */
export function bytes(number: number): string {
  return `${count(number)}B`;
}

/** Aligns the lines of a table: each column is as wide as its widest cell; `isRight` selects right-aligned cells. */
export function aligned(
  cells: readonly (readonly string[])[],
  isRight: (column: number) => boolean = () => false,
): string[] {
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]!.length))) ?? [];
  return cells.map((row) =>
    row
      .map((cell, column) => (isRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
