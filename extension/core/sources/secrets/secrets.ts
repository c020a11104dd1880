/**
 * Finds secrets in a text: by the rules of secretlint, which know the keys and tokens of many services, private keys and
 * passwords in addresses; by token forms that these rules lack (secretTokens.ts); and by the names that passwords are
 * assigned to (assignedSecrets.ts).
 */

import { indexOfAssignedSecret } from "./assignedSecrets.ts";
import { indexOfToken } from "./secretTokens.ts";

/** Returns the 1-based line of the first secret in `text`, but never the secret itself; undefined if there is none. */
export async function lineOfSecret(text: string): Promise<number | undefined> {
  const indices = [indexOfAssignedSecret(text), indexOfToken(text)].filter((index) => index !== undefined);
  const lines = indices.map((index) => lineAt(text, index));
  const linted = await lineByRules(text);
  if (linted !== undefined) lines.push(linted);
  return lines.length > 0 ? Math.min(...lines) : undefined;
}

/**
 * Matches what every rule of secretlint needs: a private key, an address with a user, twelve digits, or a long run with a
 * digit. The rules take milliseconds to start, too long for each of a million rows. No part is searched to the end of the text
 * at each place where it could begin, which would take quadratic time.
 */
const lintable = /-----BEGIN|\/\/[^\s/@]{1,600}@|:x-oauth-basic@|\d{12}|(?<![\w+/=-])(?=[\w+/=-]*\d)[\w+/=-]{20}/;

async function lineByRules(text: string): Promise<number | undefined> {
  if (!lintable.test(text)) return undefined;
  // Loaded lazily: completion does not need it.
  const [{ lintSource }, { creator }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const config = { rules: [{ id: "recommend", rule: creator }] };
  // A comment in the text must not switch off rules.
  const content = text.replaceAll(/secretlint-(?=disable|enable)/gi, "secretlint_");
  const source = { filePath: "source.py", ext: ".py", content, contentType: "text" } as const;
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true, maskSecrets: true } });
  return messages.length > 0 ? Math.min(...messages.map(({ loc }) => loc.start.line)) : undefined;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
