/**
 * Secrets that stand in the settings of other programs, without quotes: lines of .env, INI and YAML within a text, and notes in
 * comments. A person may write any word there, so only values that look drawn count.
 */

import { secrecyOf } from "./secretNames.ts";
import { isDrawn, isKey } from "./secretValues.ts";

const setting =
  /(?:export[ \t]{1,8})?([\w.-]{1,64})[ \t]{0,20}[=:][ \t]{0,20}["']?([^\s"'`{}<>()[\],;\\$%][^\s"'`{}<>()[\],;\\]{7,200})/;
/** Behind the value: a sign between settings, the sign for a line's end, or a comment. */
const end = /["']?[,;]?(?=\\[nrt]|\\?[ \t]{0,20}(?:#|$))/;

const inText = new RegExp(`(?:^|\\\\n)[ \\t]{0,80}(?:#{1,8}[ \\t]{0,8})?${setting.source}${end.source}`, "gm");
const inComment = new RegExp(`(?:^|[ \\t])#{1,8}[ \\t]{0,8}${setting.source}${end.source}`, "gm");

/** Where the value of the first secret setting begins in `text`, which is a text of the code, or the code with its comments. */
export function indexOfSetting(text: string, place: "text" | "comments"): number | undefined {
  for (const match of text.matchAll(place === "text" ? inText : inComment)) {
    const [all, name, value] = match;
    const secrecy = secrecyOf(name!);
    const isSecret = secrecy === "drawn" ? isKey(value!) : secrecy === "password" && isUnlikeNames(value!);
    if (isSecret) return match.index + all.lastIndexOf(value!);
  }
  return undefined;
}

/** Names such as OAuth2Token or base64_value have digits, too, but in one place; a query goes on with other settings. */
function isUnlikeNames(value: string): boolean {
  if (/&\w+=/.test(value)) return false;
  const digits = value.match(/\d+/g) ?? [];
  return isDrawn(value, 8) && (digits.length > 1 || (digits.length === 1 && /[^\w./:-]/.test(value)));
}
