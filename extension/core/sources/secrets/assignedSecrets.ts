/**
 * Secrets that only their place gives away: a text that is assigned to `PASSWORD`, `api_key` or the like, or stands where its
 * name says that a secret does. Detectors of keys and tokens know what these look like, but a password looks like any text.
 *
 *     PASSWORD = "…"   password: str = "…"   connect(password="…")   {"secret_key": "…"}   environ["DB_PASS"] = "…"
 *     environ.get("TOKEN", "…")   PASSWORDS = ["…"]   user, password = "…", "…"   SecretStr("…")   auth=("…", "…")
 *     getenv("PASSWORD") or "…"   setattr(settings, "password", "…")   "PASSWORD=…"   # password: …
 */

import { lexemesOf, type Lexeme } from "./lexemes.ts";
import { secrecyOf, type Secrecy } from "./secretNames.ts";
import { isChosen, isDrawn, isKey } from "./secretValues.ts";
import { indexOfSetting } from "./settingLines.ts";

/** How far from its name a text may stand, in lexemes. */
const reach = 400;
/** The longest type annotation, in lexemes. */
const longestType = 60;
/** A drawn password is no shorter. */
const shortest = 8;
/** Texts in texts in texts are not looked into. */
export const deepest = 2;

/** Without one of these words no name says anything, and nothing is looked at closely. */
const hints = /pass|pw|wort|secret|cred|key|token|login|auth|fernet/i;

/** Where the first secret of `code` begins. */
export function indexOfAssignedSecret(code: string, depth = 0): number | undefined {
  // Only what is not ASCII can become other letters.
  if (!hints.test(code) && !(/[^\0-\x7f]/.test(code) && hints.test(code.normalize("NFKC")))) return undefined;
  const noted = depth === 0 ? indexOfSetting(code, "comments") : undefined;
  if (noted !== undefined) return noted;
  const lexemes = lexemesOf(code);
  for (const [at, lexeme] of lexemes.entries()) {
    const found = lexeme.kind === "sign" ? secretOfTargets(lexemes, at) : secretAfter(lexemes, at);
    if (found !== undefined) return found;
    if (lexeme.kind !== "text" || depth === deepest) continue;
    const set = indexOfSetting(lexeme.value, "text");
    if (set !== undefined) return lexeme.start + set;
    if (!/["'].*["']/s.test(lexeme.value)) continue;
    const inner = indexOfAssignedSecret(lexeme.value.replaceAll(/\\(["'])/g, " $1"), depth + 1);
    if (inner !== undefined) return lexeme.start + inner;
  }
  return undefined;
}

const isSign = (lexeme: Lexeme | undefined, ...signs: string[]): boolean =>
  lexeme?.kind === "sign" && signs.includes(lexeme.value);

/** The secret that the name or the text at `at` announces. */
function secretAfter(lexemes: readonly Lexeme[], at: number): number | undefined {
  const lexeme = lexemes[at]!;
  if (lexeme.kind === "text" && !/^[\w.-]{1,64}$/.test(lexeme.value)) return undefined;
  const secrecy = secrecyOf(lexeme.value);
  const next = lexemes[at + 1];
  if (lexeme.kind === "name" && isSign(next, "(")) return secretOfCall(lexemes, at, secrecy);
  if (lexeme.kind === "name" && lexeme.value === "auth" && isSign(next, "=", ":")) {
    return isSign(lexemes[at + 2], "(") ? firstOf(lexemes, at + 2, "password", { from: 1 }) : undefined;
  }
  if (secrecy === undefined) return undefined;
  if (isSign(next, "==", "!=")) return textAt(lexemes, at + 2, secrecy);
  if (lexeme.kind === "name") {
    const before = lexemes[at - 1];
    if (isSign(before, "==", "!=")) return textAt(lexemes, at - 2, secrecy);
    const sign = isSign(next, ":") ? afterType(lexemes, at + 2) : at + 1;
    return isSign(lexemes[sign], "=", ":=", "+=") ? firstOf(lexemes, sign, secrecy) : undefined;
  }
  if (isSign(next, ":")) return firstOf(lexemes, at + 1, secrecy);
  if (isSign(next, "]") && isSign(lexemes[at + 2], "=")) return firstOf(lexemes, at + 2, secrecy);
  if (isSign(next, "]", ")") && lexemes[at + 2]?.value === "or") return textAt(lexemes, at + 3, secrecy);
  if (!isSign(next, ",")) return undefined;
  if (isSign(lexemes[at - 1], "(")) {
    const isSecond = lexemes[at + 2]?.kind === "text" && isSign(lexemes[at + 3], ")", ",");
    const isPair = lexemes[at - 2]?.kind !== "name" || isSecond;
    return (
      (isPair ? textAt(lexemes, at + 2, secrecy) : undefined) ?? firstOf(lexemes, at + 1, secrecy, { isRest: true })
    );
  }
  if (/(?:^|\.)_*setattr_*$/.test(lexemes[at - 4]?.value ?? "")) return textAt(lexemes, at + 2, secrecy);
  return lexeme.value.startsWith("--") ? firstOf(lexemes, at + 1, secrecy, { isRest: true }) : undefined;
}

/** Which argument of a call is a secret, by the last part of the function's name. */
const secretArguments: ReadonlyMap<string, number> = new Map([
  ["login", 1],
  ["HTTPBasicAuth", 1],
  ["HTTPDigestAuth", 1],
  ["HTTPProxyAuth", 1],
  ["BasicAuth", 1],
  ["SecretStr", 0],
  ["SecretBytes", 0],
  ["Fernet", 0],
]);

function secretOfCall(lexemes: readonly Lexeme[], at: number, secrecy: Secrecy): number | undefined {
  const name = lexemes[at]!.value;
  const from = secretArguments.get(name.slice(name.lastIndexOf(".") + 1));
  if (from !== undefined) return firstOf(lexemes, at + 1, "password", { from, isCall: from > 0 });
  return secrecy && firstOf(lexemes, at + 1, secrecy, { isCall: true });
}

/** Behind the type of `name: type = …`: Annotated[str, Field(min_length=8)], "str | None". */
function afterType(lexemes: readonly Lexeme[], from: number): number {
  let depth = 0;
  let at = from;
  for (; at < from + longestType; at++) {
    const lexeme = lexemes[at];
    if (isSign(lexeme, "[", "(")) depth++;
    else if (isSign(lexeme, "]", ")")) depth--;
    else if (depth === 0 && lexeme?.kind === "sign" && lexeme.value !== ".") break;
    if (lexeme === undefined || depth < 0) break;
  }
  return at;
}

/** `user, password = "bob", "…"`: the secret of the assignment whose sign is at `at`. */
function secretOfTargets(lexemes: readonly Lexeme[], at: number): number | undefined {
  if (!isSign(lexemes[at], "=") || !isSign(lexemes[at - 2], ",")) return undefined;
  let start = at - 1;
  while (lexemes[start]?.kind === "name" && isSign(lexemes[start - 1], ",")) start -= 2;
  if (lexemes[start]?.kind !== "name" || !(start === 0 || isSign(lexemes[start - 1], "\n"))) return undefined; // The keywords of a call.
  for (let from = 0; start + 2 * from < at; from++) {
    const secrecy = secrecyOf(lexemes[start + 2 * from]!.value);
    const found = secrecy && firstOf(lexemes, at, secrecy, { from, to: from });
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Span {
  /** The first and the last of the things between commas that count. */
  readonly from?: number;
  readonly to?: number;
  /** What stands at `start` opens the arguments of a call. */
  readonly isCall?: boolean;
  /** `start` is in the midst of arguments, of which only those that are drawn or a default count. */
  readonly isRest?: boolean;
}

/** Where the first secret stands in the value that begins behind the sign at `start`. */
function firstOf(lexemes: readonly Lexeme[], start: number, secrecy: Secrecy, span: Span = {}): number | undefined {
  const { from = 0, to, isCall = false, isRest = false } = span;
  const isGroup = isSign(lexemes[start], "(");
  /** The brackets around, from the inside: whether they are of a call or a subscript, or of a list. */
  const open: ("call" | "subscript" | "group")[] = [];
  const isBracketed = isGroup || isRest || bracketed(lexemes, start);
  let item = 0;
  let skipped: number | undefined;
  for (let at = start + 1; at < Math.min(lexemes.length, start + reach); at++) {
    const lexeme = lexemes[at]!;
    if (isSign(lexeme, "(", "[", "{")) {
      const before = lexemes[at - 1];
      const isCalled = (before?.kind === "name" && !keywords.has(before.value)) || isSign(before, ")", "]");
      open.unshift(isCalled ? (lexeme.value === "[" ? "subscript" : "call") : "group");
    } else if (isSign(lexeme, ")", "]", "}")) {
      if (open.length === 0) return undefined;
      open.shift();
      if (skipped !== undefined && open.length < skipped) skipped = undefined;
    } else if (isSign(lexeme, "\n")) {
      if (open.length === 0 && !isBracketed) return undefined;
    } else if (isSign(lexeme, ",")) {
      if (skipped === open.length) skipped = undefined;
      if (open.length > 0) continue;
      if (isBracketed && !isGroup && !isRest && to === undefined) return undefined;
      item++;
    } else if (lexeme.kind === "name" && isSign(lexemes[at + 1], "=")) {
      if (open.length === 0 && !isGroup && !isRest) {
        // Its own search finds what it holds. If each search went through all that follow, many would take long.
        const own = secrecyOf(lexeme.value);
        if (own === "password" || own === secrecy) return undefined;
      } else if (!/^(?:default|value)$/.test(lexeme.value)) skipped ??= open.length;
    } else if (lexeme.kind === "text" && skipped === undefined && item >= from && item <= (to ?? item)) {
      if (open.includes("subscript") || isSign(lexemes[at + 1], ":")) continue;
      const isDefault = isSign(lexemes[at - 1], "=") && open.length <= 1;
      const isDirect = isDefault || (!isCall && !isRest && open.length === 0);
      if (isSecret(lexeme.value, secrecy, isDirect)) return lexeme.index;
    }
  }
  return undefined;
}

const keywords = new Set(["or", "and", "in", "not", "else", "if", "return", "is"]);

/** Whether the sign at `at` stands within brackets, so that a comma ends its value and a line's end does not. */
function bracketed(lexemes: readonly Lexeme[], at: number): boolean {
  let depth = 0;
  for (let back = at - 1; back >= Math.max(0, at - reach); back--) {
    const { kind, value } = lexemes[back]!;
    if (kind !== "sign") continue;
    if (value === ")" || value === "]" || value === "}") depth++;
    else if ((value === "(" || value === "[" || value === "{") && --depth < 0) return true;
  }
  return false;
}

function textAt(lexemes: readonly Lexeme[], at: number, secrecy: Secrecy): number | undefined {
  const lexeme = lexemes[at];
  return lexeme?.kind === "text" && isSecret(lexeme.value, secrecy, true) ? lexeme.index : undefined;
}

function isSecret(value: string, secrecy: Secrecy, isDirect: boolean): boolean {
  const text = value.trim();
  if (text.length > 400) return false;
  if (secrecy === "password") return isDirect ? isChosen(text) : isDrawn(text, shortest);
  return isKey(text);
}
