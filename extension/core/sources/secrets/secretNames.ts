/** What the name of a variable, key, flag or function says about the text that it holds. It knows no texts. */

export type Secrecy =
  /** A password that a person chose may be any text. */
  | "password"
  /** Only texts that look drawn count: the name says more than "password", or is that of a key. */
  | "drawn"
  | undefined;

const chosen =
  /^(?:pass(?:word|wd|phrase|code|wort)?s?|pwd?s?|kennwort|secrets?|credentials?|creds)$|^(?:db|user|root|admin|my|smtp|ssh|ftp|mail|sudo)(?:pass(?:word|wd)?|pwd)s?$/;
const drawn = /^(?:(?:api|access|auth|private|secret|client)?(?:keys?|tokens?))$/;

/** Words that tell places and versions of the same secret apart. */
const place = /^(?:\d+|[a-z]|dev|development|prod|production|stage|staging|test|live|local|default|main|old|new)$/;

const known = new Map<string, Secrecy>();

/** What `name` says in the letters that Python takes it for (full-width ones are the same), whose last part counts: "self.db.API_KEY_PROD", "--password", "dbPassword2". */
export function secrecyOf(name: string): Secrecy {
  if (!known.has(name)) {
    if (known.size > 20_000) known.clear();
    known.set(name, judge(name));
  }
  return known.get(name);
}

function judge(name: string): Secrecy {
  const words = wordsOf(name.slice(name.lastIndexOf(".") + 1).normalize("NFKC"));
  while (words.length > 1 && place.test(words.at(-1)!)) words.pop();
  const last = words.at(-1) ?? "";
  if (chosen.test(last)) return "password";
  if (words.length > 1 && `${words.at(-2)} ${last}` === "secret key") return "password";
  return words.some((word) => drawn.test(word) || (chosen.test(word) && !/^p(?:w|wd|ass)s?$/.test(word)))
    ? "drawn"
    : undefined;
}

/** "dbPassword2", "DB_PASSWORD_2" → db password 2 */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== "");
}
