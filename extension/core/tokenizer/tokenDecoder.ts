/** Turns token strings into text according to the decoder of a tokenizer.json. */

import * as z from "zod";
import { byteOfCharacter } from "./byteLevel.ts";

/** A step of decoding. The joined result of the last step is the text. Source: the `decoders` of huggingface/tokenizers. */
type Step = (tokens: readonly string[]) => readonly string[];

/** Returns a decoding function; null for a decoder that no known code model has. */
export function tokenDecoder(config: unknown): ((tokens: readonly string[]) => string) | null {
  const parsed = decoderSchema.safeParse(config);
  if (!parsed.success) return null;
  const steps = stepsOf(parsed.data);
  return (tokens) => steps.reduce((parts, step) => step(parts), tokens).join("");
}

const simpleSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ByteLevel") }),
  z.object({ type: z.literal("ByteFallback") }),
  z.object({ type: z.literal("Fuse") }),
  z.object({ type: z.literal("Replace"), pattern: z.object({ String: z.string() }), content: z.string() }),
  z.object({ type: z.literal("Strip"), content: z.string(), start: z.int(), stop: z.int() }),
  z.object({ type: z.literal("Metaspace"), replacement: z.string(), prepend_scheme: z.string().default("always") }),
]);
const decoderSchema = z.union([
  simpleSchema,
  z.object({ type: z.literal("Sequence"), decoders: z.array(simpleSchema) }),
]);

function stepsOf(decoder: z.infer<typeof decoderSchema>): Step[] {
  return decoder.type === "Sequence" ? decoder.decoders.map(stepOf) : [stepOf(decoder)];
}

function stepOf(decoder: z.infer<typeof simpleSchema>): Step {
  switch (decoder.type) {
    case "ByteLevel":
      return (tokens) => [utf8.decode(Uint8Array.from(tokens.flatMap(bytesOf)))];
    case "ByteFallback":
      return withoutByteTokens;
    case "Fuse":
      return (tokens) => [tokens.join("")];
    case "Replace":
      return (tokens) => tokens.map((token) => token.replaceAll(decoder.pattern.String, decoder.content));
    case "Strip":
      return (tokens) => tokens.map((token) => stripped(token, decoder));
    case "Metaspace": {
      const first = decoder.prepend_scheme === "never" ? " " : "";
      return (tokens) => tokens.map((token, i) => token.replaceAll(decoder.replacement, i === 0 ? first : " "));
    }
  }
}

/** `ignoreBOM` keeps a byte order mark as text. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Returns a token's bytes. A token with characters outside of the byte alphabet is an added token, in plain text. */
function bytesOf(token: string): number[] {
  const bytes = Array.from(token, (character) => byteOfCharacter.get(character));
  return bytes.every((byte) => byte !== undefined) ? bytes : [...Buffer.from(token)];
}

/** Replaces runs of byte tokens such as <0xE2> by their text, or by one U+FFFD per byte if they are not valid UTF-8. */
function withoutByteTokens(tokens: readonly string[]): readonly string[] {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    try {
      if (bytes.length > 0) result.push(strictUtf8.decode(Uint8Array.from(bytes)));
    } catch {
      result.push("\ufffd".repeat(bytes.length));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const [, digits] = /^<0x([0-9A-Fa-f]{2})>$/.exec(token) ?? [];
    if (digits) {
      bytes.push(Number.parseInt(digits, 16));
    } else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
}

function stripped(token: string, { content, start, stop }: { content: string; start: number; stop: number }): string {
  let from = 0;
  let to = token.length;
  while (from < start && token[from] === content) from++;
  while (token.length - to < stop && to > from && token[to - 1] === content) to--;
  return token.slice(from, to);
}
