/** graft data: lists the paper's data sets on this machine, and gets the one that may not ship with Graft. */

import { createInterface } from "node:readline/promises";
import { UserError } from "../core/foundation/errors.ts";
import { verbatim } from "../core/foundation/words/said.ts";
import { codeAlpacaLicence } from "../core/dataset/paper/codeAlpacaLicence.ts";
import { fetchCodeAlpacaPy } from "../core/dataset/paper/fetchCodeAlpacaPy.ts";
import { licenceOf, paperDatasets, paperFile } from "../core/dataset/paperDatasets.ts";
import { hubSettingsOf } from "../core/hub/hubConnection.ts";
import type { Context } from "./context.ts";
import { aligned } from "./output.ts";

export interface DataFlags {
  readonly acceptLicence?: boolean;
  readonly from?: string;
}

export async function dataCommand(name: string | undefined, flags: DataFlags, context: Context): Promise<void> {
  if (name === "codealpacapy" && !(await isHere(name, context))) await fetchIt(flags, context);
  const shown = name === undefined ? paperDatasets : [name];
  const datasets = await Promise.all(
    shown.map(async (one) => ({
      name: one,
      licence: licenceOf(one),
      path: (await paperFile(one, context.places)) ?? null,
    })),
  );
  const rows = datasets.map((one) => [one.name, one.licence ?? "", one.path ?? `missing: graft data ${one.name}`]);
  context.output.result({ datasets }, aligned(rows).join("\n"));
}

async function isHere(name: string, { places }: Context): Promise<boolean> {
  return (await paperFile(name, places)) !== undefined;
}

async function fetchIt({ acceptLicence = false, from }: DataFlags, { places, output, signal }: Context): Promise<void> {
  for (const line of codeAlpacaLicence) process.stderr.write(`${line}\n`);
  if (!acceptLicence && !(await isAgreed(signal))) {
    const message = "Cannot get CodeAlpacaPy: its licence has not been accepted.";
    throw new UserError(
      "licence-not-accepted",
      verbatim(message),
      verbatim("Read the licence, and give --accept-licence if you accept it."),
    );
  }
  const control = { signal, log: output.log };
  const { dataFolder } = places;
  await fetchCodeAlpacaPy(
    { dataFolder, hub: hubSettingsOf(process.env), ...(from !== undefined && { from }) },
    control,
  );
}

/** Asks for the user's consent. Without a terminal, the user cannot answer. */
async function isAgreed(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question("Do you accept this? [y/N] ", { signal })).trim());
  } finally {
    terminal.close();
  }
}
