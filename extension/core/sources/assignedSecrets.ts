/**
 * Finds secrets by the names they are assigned to, such as `PASSWORD` or `api_key`. Detectors recognize keys and tokens
 * by their form, but a password can look like any text.
 *
 *     PASSWORD = "…"   password: str = "…"   connect(password="…")   {"secret_key": "…"}   environ["DB_PASS"] = "…"
 *     environ.get("TOKEN", "…")   "postgres://user:…@host"
 */

/** Names with these endings hold secrets that a person chose. */
const password = /(?:^|[_\W])(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret(?:[_-]?key)?|credentials?)$/i;
/** Names with these endings hold secrets that a machine generated. */
const key =
  /(?:^|[_\W])(?:(?:api|access|auth|private|encryption|signing|account|client)[_-]?(?:key|secret|token)|token)$/i;

/** Matches `name = text`, with or without a type; `"name": text`, `("name", text` and `["name"] = text`; `name == text`. */
const assignment =
  /(?:(?<bare>[A-Za-z_][\w.]{1,63})\s*(?:(?::\s*[A-Za-z_][\w.[\], |]{0,60})?:?={1,2})|(["'])(?<quoted>[A-Za-z_][\w.-]{1,63})\2\s*(?::|\]\s*=|(?<=\(["'][\w.-]*["']\s*),))\s*\(?\s*[rbuf]{0,2}("{3}|'{3}|["'])(?<value>(?:\\.|(?!\4)[^\\\n])+)\4/gi;
const addressWithPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'{}<>$]*:(?<value>[^\s:/@"'{}<>$%]{3,})@[\w.-]/gi;

/** Returns the 1-based line of the first secret in `text`; undefined if there is none. */
export function lineOfAssignedSecret(text: string): number | undefined {
  const assigned = [...text.matchAll(assignment)].find(({ groups }) => {
    return isSecret(groups?.["bare"] ?? groups?.["quoted"] ?? "", groups?.["value"] ?? "");
  });
  const addressed = [...text.matchAll(addressWithPassword)].find(
    ({ groups }) => !isPlaceholder(groups?.["value"] ?? ""),
  );
  const indices = [assigned?.index, addressed?.index].filter((index) => index !== undefined);
  return indices.length > 0 ? text.slice(0, Math.min(...indices)).split("\n").length : undefined;
}

function isSecret(name: string, value: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2"); // camelCase
  if (isPlaceholder(value)) return false;
  if (password.test(words)) return value.length >= 5 && !isLabel(value);
  return key.test(words) && value.length >= 12 && !/\s/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);
}

/** Whether a text stands in for a secret: "<password>", "${SECRET}", f"{token}", "xxxx", "changeme", "your-key". */
function isPlaceholder(value: string): boolean {
  return (
    /^<.*>$|^\[.*\]$|^\$[A-Z_]+$|^%s$|\{\w*\}|\$\{|%\(|^(.)\1*$/.test(value) ||
    /^(?:your|change|replace|insert|enter|example|dummy|sample|placeholder|test|fake|mock|todo)(?:$|[\W_]|me\b|pass|secret|key|token)/i.test(
      value,
    ) ||
    /^(?:user|username|password|passwd|secret|token|invalid|wrong|none|null)$/i.test(value)
  );
}

/** Whether a text only names the secret, such as "Your password" or "password_field". */
function isLabel(value: string): boolean {
  return /^[A-Za-z _:.?!-]+$/.test(value) && /pass|pwd|secret|credential|token|key/i.test(value);
}
