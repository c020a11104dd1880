/**
 * Makes text safe for notifications. VS Code turns Markdown in them into links, even links that run commands, and the names of files,
 * studies and models come from others.
 */

/** Returns the text without links, and without the Unicode marks that would reverse the text after a name. */
export function plainMessage(text: string): string {
  return text.replaceAll("](", "]\u200B(").replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, "\uFFFD");
}
