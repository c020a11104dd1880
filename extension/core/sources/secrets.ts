/**
 * Finds secrets in a text: by the rules of secretlint, which recognize the keys and tokens of many services, private keys and
 * passwords in addresses; and by the names that passwords are assigned to (assignedSecrets.ts).
 */

import { lineOfAssignedSecret } from "./assignedSecrets.ts";

/** Returns the 1-based line of the first secret in `text`, but never the secret itself; undefined if there is none. */
export async function lineOfSecret(text: string): Promise<number | undefined> {
  // Loaded lazily: completion does not need it.
  const [{ lintSource }, { creator }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const config = { rules: [{ id: "recommend", rule: creator }] };
  const source = { filePath: "source.py", ext: ".py", content: text, contentType: "text" } as const;
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true, maskSecrets: true } });
  const lines = messages.map(({ loc }) => loc.start.line);
  const assigned = lineOfAssignedSecret(text);
  if (assigned !== undefined) lines.push(assigned);
  return lines.length > 0 ? Math.min(...lines) : undefined;
}
