/**
 * Texts for people that keep their values apart from their words, so that the editor can show them in its own language. Reasons:
 * docs/decisions/0041-said.md
 *
 * This module has only English, which logs, files and the command line always use.
 */

/** A text: English words with placeholders such as `{0}`, and their values. It is JSON, so that it can cross processes. */
export interface Said {
  readonly template: string;
  readonly values: readonly (string | number | Said)[];
}

/** What is wrong, and what to do. */
export interface SaidProblem {
  readonly message: Said;
  readonly nextStep: Said;
}

/**
 * Says a text for people: say`Cannot read ${path}.`
 *
 * Translators see each template alone, so it is a whole sentence or a whole phrase. Words that depend on the case are a value
 * made with `say`; a plain string is a name, a number, or a text from elsewhere.
 */
export function say(words: TemplateStringsArray, ...values: Said["values"]): Said {
  const template = words.reduce((all, text, i) => `${all}{${i - 1}}${text}`);
  // JSON has no NaN and no Infinity.
  const asJson = (value: Said["values"][number]) => (Number.isFinite(value) || isSaid(value) ? value : String(value));
  return { template, values: values.map(asJson) };
}

/** Says a text that has no translation, such as one of the operating system, or one that is translated already. */
export function verbatim(text: string): Said {
  return { template: "{0}", values: [text] };
}

export function isSaid(value: unknown): value is Said {
  return typeof value === "object" && value !== null && "template" in value && "values" in value;
}

/** Joins texts with commas; at least one. */
export function listed(texts: readonly Said[]): Said {
  return texts.reduce((list, text) => say`${list}, ${text}`);
}

/** Puts sentences one after the other; undefined if there are none. */
export function sentences(texts: readonly Said[]): Said | undefined {
  return texts.length === 0 ? undefined : texts.reduce((all, text) => say`${all} ${text}`);
}

/** Puts a text into words of some language. */
export type Wording = (text: Said) => string;

/** Returns the text with each of its templates translated by `translate`, the innermost first. */
export function spoken(
  { template, values }: Said,
  translate: (template: string, values: readonly (string | number)[]) => string,
): string {
  return translate(
    template,
    values.map((value) => (typeof value === "object" ? spoken(value, translate) : value)),
  );
}

/** Returns the text in English. */
export function english(said: Said): string {
  return spoken(said, (template, values) =>
    template.replaceAll(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place)),
  );
}
