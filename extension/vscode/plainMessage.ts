/**
 * Text of notifications. VS Code makes links of Markdown in them, also links that run commands, and the names of files, studies and
 * models in them come from others.
 */

/** Returns the text without links, and without marks that would turn around the text behind a name. */
export function plainMessage(text: string): string {
  return text.replaceAll("](", "]\u200B(").replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, "\uFFFD");
}
