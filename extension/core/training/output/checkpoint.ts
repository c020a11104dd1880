/** Saves and loads training checkpoints: one file with tensors and, in its header, the training's state and fingerprint. */

import { join } from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { listed, say, verbatim, type Said } from "../../foundation/words/said.ts";
import { openSafetensors, writeSafetensors } from "../../weights/safetensors.ts";
import type { Fingerprint } from "../fingerprint.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { TrainerSnapshot } from "../loop/trainerState.ts";
import type { BatchShape } from "../data/batchShape.ts";

export interface Checkpoint extends TrainerSnapshot {
  /** A resumed training keeps its micro-batches, because sums in another order round differently. */
  readonly shape: BatchShape;
}

const validationSchema = z.object({ before: z.number(), best: z.number(), last: z.number() });
const lossesSchema = z.array(z.object({ step: z.int().nonnegative(), loss: z.number() })).readonly();
const headerSchema = z.object({
  version: z.literal(3),
  fingerprint: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  shape: z.object({
    rows: z.int(),
    length: z.int(),
    encoderLength: z.int().optional(),
    checkpointing: z.boolean(),
  }),
  state: z.object({
    step: z.int().nonnegative(),
    tokens: z.int().nonnegative(),
    seconds: z.number().nonnegative(),
    epochLoss: z.object({ sum: z.number(), steps: z.int().nonnegative() }),
    validation: validationSchema.nullable(),
    validatedStep: z.int(),
    validationsSinceBest: z.int().nonnegative(),
    // Earlier versions kept none.
    losses: z.object({ training: lossesSchema, validation: lossesSchema }).default({ training: [], validation: [] }),
  }),
});

export const checkpointFile = "checkpoint.safetensors";

/**
 * Replaces the checkpoint in `folder`.
 *
 * @throws UserError "disk-full" or "not-writable", and keeps the previous checkpoint
 */
export async function saveCheckpoint(
  folder: string,
  { state, tensors, shape }: Checkpoint,
  fingerprint: Fingerprint,
): Promise<void> {
  const header: z.input<typeof headerSchema> = { version: 3, fingerprint, shape, state };
  const written = tensors.map(({ name, shape, values }) => ({ name, shape, data: values }));
  await writeSafetensors(join(folder, checkpointFile), written, { graft: JSON.stringify(header) });
}

export function checkpointMissing(folder: string): UserError {
  const message = say`Cannot resume: there is no checkpoint ${join(folder, checkpointFile)}.`;
  return new UserError(
    "checkpoint-missing",
    message,
    say`Start the training without resuming, or check the output folder.`,
  );
}

/** Returns the number of steps done in the checkpoint in `folder`; 0 if none can be read. */
export async function readStep(folder: string): Promise<number> {
  const path = join(folder, checkpointFile);
  try {
    const file = await openSafetensors(path);
    await file.close();
    return readHeader(path, file.metadata["graft"]).state.step;
  } catch {
    return 0;
  }
}

/**
 * Reads the checkpoint in `folder`.
 *
 * @throws UserError "checkpoint-missing", "checkpoint-invalid"; "checkpoint-mismatch" if it belongs to another training
 */
export async function loadCheckpoint(folder: string, fingerprint: Fingerprint): Promise<Checkpoint> {
  if (!(await hasCheckpoint(folder))) throw checkpointMissing(folder);
  const path = join(folder, checkpointFile);
  const file = await openSafetensors(path);
  try {
    const header = readHeader(path, file.metadata["graft"]);
    checkFingerprint(header.fingerprint, fingerprint);
    const tensors: NamedTensor[] = [];
    for (const [name, { shape }] of file.tensors) tensors.push({ name, shape, values: await file.read(name) });
    const { encoderLength, ...shape } = header.shape;
    return { state: header.state, tensors, shape: { ...shape, ...(encoderLength !== undefined && { encoderLength }) } };
  } finally {
    await file.close();
  }
}

export async function hasCheckpoint(folder: string): Promise<boolean> {
  return await exists(join(folder, checkpointFile));
}

function readHeader(path: string, text: string | undefined): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text ?? ""));
  } catch (error) {
    const message = say`Cannot resume: ${path} is not a checkpoint of this version of Graft.`;
    throw new UserError("checkpoint-invalid", message, say`Start the training without resuming.`, { cause: error });
  }
}

/** @param reason completes "The checkpoint in FOLDER is damaged: …" */
export function checkpointInvalid(folder: string, reason: Said): UserError {
  const message = say`Cannot resume: the checkpoint in ${folder} is damaged: ${reason}.`;
  return new UserError("checkpoint-invalid", message, say`Discard this training and start a new one.`);
}

function checkFingerprint(saved: Fingerprint, wanted: Fingerprint): void {
  const named = (value: Fingerprint[string] | undefined): Said =>
    value === undefined ? say`nothing` : verbatim(String(value));
  const differing = [...new Set([...Object.keys(saved), ...Object.keys(wanted)])].filter((k) => saved[k] !== wanted[k]);
  if (differing.length === 0) return;
  const differences = differing.map((key) => say`${key} was ${named(saved[key])} and is now ${named(wanted[key])}`);
  const message = say`Cannot resume: the checkpoint belongs to another training; ${listed(differences)}.`;
  throw new UserError("checkpoint-mismatch", message, say`Start the training without resuming.`);
}
