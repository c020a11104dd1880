/**
 * Fits a base's calibration: how likely a suggestion is kept, given its evidence.
 *
 *     node scripts/measure/calibrate.ts BASE --fit DIR --fit DIR … --check DIR … [--context KIND …] [--places 300] [--again]
 *     node scripts/measure/calibrate.ts BASE --sessions FILE … [--move]
 *
 * BASE is an installed base or a folder such as base/. Draws places in the folders where a user could type, completes them as the editor
 * does, once with the other files of the folder in the prompt and once without, and compares with the author's text. The table shows how
 * well the fitted chances hold in the folders of --check, which the fit has not seen; without --fit, how well the chances in use hold.
 * Rows are kept in .graft/calibrate/ and used again unless --again is given.
 *
 * --sessions takes what `graft replay --sessions` wrote with the calibration in use, and shows how well it holds while people type; --move
 * adapts it.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { embeddedName } from "../../extension/core/baseModels/installedBase.ts";
import { resolveBase } from "../../extension/core/baseModels/resolveBase.ts";
import { openCompleter } from "../../extension/core/completion/completer.ts";
import type { Calibration } from "../../extension/core/completion/judgement/calibration.ts";
import { calibrationOf } from "../../extension/core/completion/judgement/calibrationOf.ts";
import { contextFields, type ContextKind } from "../../extension/core/completion/context/contextFields.ts";
import { contextOf, openEvaluationRepository } from "../../extension/core/evaluation/context/contextOf.ts";
import { fitCalibration } from "./calibrate/fit.ts";
import { movedTo, readSessions, replayedReliability } from "./calibrate/replayed.ts";
import { drawPlaces, outcomeAt, type Row } from "./calibrate/places.ts";
import { reliability } from "./calibrate/reliability.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fit: { type: "string", multiple: true, default: [] },
    check: { type: "string", multiple: true, default: [] },
    context: { type: "string", multiple: true, default: ["file", "repository"] },
    places: { type: "string", default: "300" },
    again: { type: "boolean", default: false },
    sessions: { type: "string", multiple: true, default: [] },
    move: { type: "boolean", default: false },
  },
});
const [baseName = "base"] = positionals;
const kept = join(import.meta.dirname, "../..", ".graft", "calibrate");

const isEmbedded = resolve(baseName) === resolve("base");
const base = await resolveBase(isEmbedded ? "" : baseName, {
  home: process.env["GRAFT_HOME"] ?? join(homedir(), ".graft"),
  embedded: resolve("base"),
});
console.log(`Base ${isEmbedded ? embeddedName : base.name} ${base.hash.slice(0, 8)}`);

if (values.sessions.length > 0) {
  const shown = await readSessions(values.sessions);
  console.log(replayedReliability(shown));
  if (values.move) await keep(movedTo(shown, calibrationOf(base)));
  process.exit();
}

const kinds = values.context.map((kind) => contextFields.context.parse(kind));

/** Completes at places of a folder, unless their rows are kept already. */
async function rowsOf(folder: string, kind: ContextKind): Promise<Row[]> {
  const id = createHash("sha256")
    .update(`${base.hash} ${resolve(folder)} ${values.places} ${kind}`)
    .digest("hex")
    .slice(0, 12);
  const file = join(kept, `${basename(folder)}-${id}.json`);
  if (!values.again) {
    const known = await readFile(file, "utf8").catch(() => undefined);
    if (known !== undefined) return JSON.parse(known) as Row[];
  }
  const completer = await openCompleter(base);
  const repository = kind === "repository" ? await openEvaluationRepository(folder) : undefined;
  const frontOf = contextOf(kind, repository, completer.contextTokens);
  const rows: Row[] = [];
  const startedAt = performance.now();
  for (const place of await drawPlaces(folder, Number(values.places))) {
    const cursor = { prefix: place.prefix, suffix: place.suffix };
    const completion = await completer.complete({
      ...frontOf(place.file, cursor),
      ...cursor,
      maxTokens: 96,
      trigger: "automatic",
      quietIn: [],
    });
    const { text } = completion;
    const beginnings = completion.beginnings.map(({ end, evidence }) => {
      return { ...outcomeAt(place, text.slice(0, end)), end, evidence };
    });
    if (text !== "") rows.push({ kind: place.kind, text, beginnings });
  }
  await completer.release();
  console.log(
    `${basename(folder)}: ${rows.length} suggestions in ${Math.round((performance.now() - startedAt) / 1000)} s`,
  );
  await mkdir(kept, { recursive: true });
  await writeFile(file, JSON.stringify(rows));
  return rows;
}

const [learned, unseen]: [Row[], Row[]] = [[], []];
for (const kind of kinds) {
  for (const folder of values.fit) learned.push(...(await rowsOf(folder, kind)));
  for (const folder of values.check) unseen.push(...(await rowsOf(folder, kind)));
}

const calibration: Calibration = learned.length > 0 ? fitCalibration(learned) : calibrationOf(base);
for (const [name, rows] of [
  ["fit", learned],
  ["check", unseen],
] as const) {
  if (rows.length > 0) console.log(`\n${name}\n${reliability(rows, calibration)}`);
}
if (learned.length === 0) process.exit();
await keep(calibration);

/** Writes the embedded base's calibration into its file; prints the calibration of any other base. */
async function keep(calibration: Calibration): Promise<void> {
  if (!isEmbedded) return console.log(`\n${JSON.stringify(calibration, null, 2)}`);
  const target = join(import.meta.dirname, "../../extension/core/completion/judgement/calibrations/graftBase.ts");
  const text = await readFile(target, "utf8");
  const fields = JSON.stringify(calibration, null, 2).replaceAll(/"(\w+)":/g, "$1:");
  await writeFile(target, text.replace(/Calibration = \{[^]*\};/, `Calibration = ${fields};`));
  console.log(`\nWritten to ${target}; format it with npx oxfmt.`);
}
