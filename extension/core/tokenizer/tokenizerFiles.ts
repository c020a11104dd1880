/** Reads and checks the tokenizer files of a model folder. */

import { join } from "node:path";
import * as z from "zod";
import { readPlainText } from "../foundation/plainFile.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { flawsOf } from "../foundation/words/flaws.ts";
import { say, type Said } from "../foundation/words/said.ts";
import type { FillOrder } from "./fillInTheMiddle.ts";

const addedTokenSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string(),
  special: z.boolean().optional(),
});
const tokenizerSchema = z.looseObject({
  model: z.looseObject({ vocab: z.union([z.array(z.unknown()), z.custom<Record<string, unknown>>(isObject)]) }),
  added_tokens: z.array(addedTokenSchema).default([]),
});
const namedIdSchema = z.tuple([z.string(), z.unknown()]);
/** TemplateProcessing, possibly in a Sequence; or RobertaProcessing and BertProcessing, which name their two tokens. */
const postProcessorSchema = z.looseObject({
  cls: namedIdSchema.optional(),
  sep: namedIdSchema.optional(),
  single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })).default([]),
  processors: z.array(z.unknown()).default([]),
});
const tokenNameSchema = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);
const settingsSchema = z.looseObject({
  eos_token: tokenNameSchema.nullish(),
  bos_token: tokenNameSchema.nullish(),
  add_bos_token: z.boolean().nullish(),
  // This field is Graft's own: there is no convention for it, and the embedded base was trained with both orders.
  fim_order: z.enum(["prefix-first", "suffix-first"]).optional(),
});

export interface TokenizerFiles {
  /** tokenizer.json, for the library. */
  readonly json: z.infer<typeof tokenizerSchema>;
  /** tokenizer_config.json, for the library, or an empty object. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** All tokens with their ids: the vocabulary and the added tokens. */
  readonly ids: ReadonlyMap<string, number>;
  /** The name of the end-of-text token. */
  readonly endOfText: string;
  /** The ids before and after every text. */
  readonly beginning: readonly number[];
  readonly ending: readonly number[];
  /** The order of infilling prompts, if the folder specifies one. */
  readonly fillOrder: FillOrder | undefined;
}

/** @throws UserError "tokenizer-invalid" */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const rawTokenizer = await readJson(folder, "tokenizer.json");
  if (rawTokenizer === undefined) {
    throw invalid(
      folder,
      say`it has no tokenizer.json`,
      say`Save it with a fast tokenizer of transformers, or download tokenizer.json.`,
    );
  }
  const tokenizer = tokenizerSchema.safeParse(rawTokenizer);
  if (!tokenizer.success)
    throw invalid(folder, say`its tokenizer.json has unexpected content: ${flawsOf(tokenizer.error, rawTokenizer)}`);
  const rawSettings = (await readJson(folder, "tokenizer_config.json")) ?? {};
  const settings = settingsSchema.safeParse(rawSettings);
  if (!settings.success) {
    const flaws = flawsOf(settings.error, rawSettings);
    throw invalid(folder, say`its tokenizer_config.json has unexpected content: ${flaws}`);
  }
  const ids = new Map(vocabularyIds(folder, tokenizer.data.model.vocab));
  if (ids.size === 0) throw invalid(folder, say`its vocabulary is empty`, say`Download tokenizer.json again.`);
  for (const { id, content } of tokenizer.data.added_tokens) ids.set(content, id);
  // Without a setting, try the two names that nearly every code model uses.
  const endOfText = settings.data.eos_token ?? ["<|endoftext|>", "</s>"].find((token) => ids.has(token));
  if (endOfText === undefined || !ids.has(endOfText)) {
    const reason =
      endOfText === undefined
        ? say`it names no end-of-text token`
        : say`it names the end-of-text token "${endOfText}", which does not exist`;
    throw invalid(folder, reason, say`Set "eos_token" in tokenizer_config.json to a token of tokenizer.json.`);
  }
  return {
    json: tokenizer.data,
    settings: settings.data,
    ids,
    endOfText,
    ...framingOf(tokenizer.data, settings.data, ids),
    fillOrder: settings.data.fim_order,
  };
}

interface Framing<Token> {
  /** Tokens before every text. */
  readonly beginning: readonly Token[];
  /** Tokens after every text. */
  readonly ending: readonly Token[];
}

/** Returns the ids around a text. The settings of Llama's tokenizers determine its start; otherwise tokenizer.json does. */
function framingOf(
  { post_processor }: z.infer<typeof tokenizerSchema>,
  { add_bos_token, bos_token }: z.infer<typeof settingsSchema>,
  ids: ReadonlyMap<string, number>,
): Framing<number> {
  const { beginning, ending } = templateOf(post_processor);
  const asSet = add_bos_token && bos_token ? [bos_token] : [];
  const idsOf = (names: readonly string[]): number[] =>
    names.map((name) => ids.get(name)).filter((id) => id !== undefined);
  return { beginning: idsOf(typeof add_bos_token === "boolean" ? asSet : beginning), ending: idsOf(ending) };
}

/** Returns the special tokens around a single text. */
function templateOf(postProcessor: unknown): Framing<string> {
  const parsed = postProcessorSchema.safeParse(postProcessor);
  if (!parsed.success) return { beginning: [], ending: [] };
  const { cls, sep, single, processors } = parsed.data;
  const text = single.findIndex(({ SpecialToken }) => !SpecialToken);
  const names = (part: typeof single): string[] => part.flatMap(({ SpecialToken }) => SpecialToken?.id ?? []);
  const inner = processors.map(templateOf);
  return {
    beginning: [
      ...(cls ? [cls[0]] : []),
      ...names(single.slice(0, Math.max(0, text))),
      ...inner.flatMap(({ beginning }) => beginning),
    ],
    ending: [
      ...(sep ? [sep[0]] : []),
      ...(text < 0 ? [] : names(single.slice(text))),
      ...inner.flatMap(({ ending }) => ending),
    ],
  };
}

/** Lists tokens with ids. A BPE or WordPiece vocabulary maps tokens to ids; a Unigram vocabulary is a list of [token, score]. */
function vocabularyIds(folder: string, vocabulary: readonly unknown[] | Record<string, unknown>): [string, number][] {
  const entries: [unknown, unknown][] = Array.isArray(vocabulary)
    ? vocabulary.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : undefined, id])
    : Object.entries(vocabulary);
  return entries.map(([token, id]) => {
    if (typeof token === "string" && typeof id === "number" && Number.isInteger(id) && id >= 0) return [token, id];
    throw invalid(folder, say`its tokenizer.json gives ${JSON.stringify(token)} the id ${JSON.stringify(id)}`);
  });
}

async function readJson(folder: string, name: string): Promise<unknown> {
  let text;
  try {
    text = await readPlainText(join(folder, name));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(folder, say`its ${name} is not valid JSON`, say`Copy or download the file again.`, error);
  }
}

/** The error for an unusable tokenizer. `reason` completes "Cannot use the tokenizer of FOLDER: …". */
export function invalid(
  folder: string,
  reason: Said,
  nextStep = say`Download the tokenizer files again.`,
  cause?: unknown,
): UserError {
  return new UserError("tokenizer-invalid", say`Cannot use the tokenizer of ${folder}: ${reason}.`, nextStep, {
    cause,
  });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
