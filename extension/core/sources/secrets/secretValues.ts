/** Whether a text may be a secret, given that its place says so: placeholders, labels and identifiers are none. */

/** A text that a person may have chosen as a password, where nothing else is meant to stand. */
export function isChosen(value: string): boolean {
  const text = withoutBlanks(value);
  return text.length >= 5 && !isPlaceholder(text) && !isLabel(text);
}

/** A text that a person or a machine drew to be hard to guess, rather than a name, a path or words to read. */
export function isDrawn(value: string, shortest: number): boolean {
  const text = withoutBlanks(value);
  if (text.length < shortest || /\s/.test(text) || !/[a-z]/i.test(text)) return false;
  const isMixed = /\d/.test(text) || /[^\w./:,-]/.test(text);
  return isMixed && !isNamed(text) && !isPlaceholder(text) && !isLabel(text);
}

/** Like {@link isDrawn}, for a key, which a machine drew from letters and digits. */
export function isKey(value: string): boolean {
  return isDrawn(value, 12) && /^[\w+/=.:~-]+$/.test(value) && (value.match(/\d/g) ?? []).length >= 2;
}

/** Identifiers, versions, paths, addresses and patterns: words or numbers with signs between them, but no part that mixes them. */
function isNamed(text: string): boolean {
  if (/^(?:[./~\\]|[a-z]:\\|\w+:\/\/)|[()[\]*\\|]/i.test(text)) return true;
  return text.split(/[-\s_./:,+?]+/).every((part) => /^(?:[A-Za-z]*\d{0,4}|v\d+)$/.test(part)) && /[-_./:,]/.test(text);
}

/** Takes out what is filled in later: {name}, {0}, %s, %(name)s, ${NAME}; and the signs around "<…>" and "[…]". */
function withoutBlanks(value: string): string {
  return value
    .replaceAll(/\$?\{[\w.!:]{0,40}\}|\{\{[\w. ]{0,40}\}\}|%\(\w{1,40}\)[a-z]|%[srd]\b/g, "")
    .replace(/^<([^<>]*)>$|^\[([^[\]]*)\]$/, (_, angled?: string, squared?: string) => {
      const inner = angled ?? squared ?? "";
      return /\d/.test(inner) && /[^\w\s|.:-]/.test(inner) ? inner : "";
    });
}

const fillers = new Set(
  `a an any api app bad bar baz bit change changeme changethis correct default dummy empty enter example fake foo for
  good here in insert int invalid is it key me mock my name new none not null of old or pass passphrase passwd password
  password1 placeholder please production pwd pw put replace sample secret should some string super test testing text the
  this to todo token user username valid value with word wrong xxx your`.split(/\s+/),
);

/** What marks the place of a secret: "changeme", "your-api-key", "xxxx", "$PASSWORD", "test". */
export function isPlaceholder(value: string): boolean {
  if (/^\$[A-Z_]+$|^(.)\1*$|^\W*$/.test(value)) return true;
  const words = value
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return words.every((word) => fillers.has(word) || /^(?:\d{1,3}|x+)$/.test(word) || isFilled(word));
}

/** Two fillers in one word, such as "testpassword". */
function isFilled(word: string): boolean {
  for (let cut = 2; cut < word.length - 1 && word.length <= 24; cut++) {
    if (fillers.has(word.slice(0, cut)) && fillers.has(word.slice(cut))) return true;
  }
  return false;
}

const term = "(?:pass(?:word|wd|phrase|code)?|pwd|secret|credential|token|key)s?";
const names = new RegExp(`^${term}|${term}\\W*$`, "i");
const mentions = new RegExp(`\\b${term}\\b`, "i");

/** Words for people to read, or a name, that name the thing itself, such as "Your password" or "password_field". */
function isLabel(value: string): boolean {
  if (!/^[A-Za-z _:.,?!'"()/-]+$/.test(value)) return false;
  return /[\s:.?!]/.test(value) ? mentions.test(value) : names.test(value);
}
