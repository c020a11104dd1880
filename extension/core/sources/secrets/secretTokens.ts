/** What tells a secret by its own look, wherever it stands: beside the rules of secretlint, which know other services. */

import { isDrawn, isPlaceholder } from "./secretValues.ts";

interface Shape {
  /** Its first group is the secret. */
  readonly pattern: RegExp;
  readonly accepts: (secret: string) => boolean;
}

const drawn = (secret: string): boolean => /\d/.test(secret) && /[a-z]/i.test(secret) && !/example|x{6}/i.test(secret);

const shapes: readonly Shape[] = [
  // JSON Web Tokens; GitLab, Stripe, Google, Hugging Face, Telegram, Azure, AWS, OpenAI and Anthropic, PyPI, DigitalOcean
  { pattern: /\b(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,})/g, accepts: drawn },
  { pattern: /\b(gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w-]{20,})/g, accepts: drawn },
  { pattern: /\b([rs]k_live_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})/g, accepts: drawn },
  { pattern: /\b(AIza[\w-]{35})(?![\w-])/g, accepts: drawn },
  { pattern: /\b(hf_[A-Za-z0-9]{34,})\b/g, accepts: (secret) => !/x{6}/i.test(secret) },
  { pattern: /\b(\d{8,10}:AA[\w-]{32,34})(?![\w-])/g, accepts: drawn },
  { pattern: /\b(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}={0,2})/g, accepts: drawn },
  { pattern: /\b((?:AKIA|ASIA)[A-Z2-7]{16})\b/g, accepts: (secret) => !secret.includes("EXAMPLE") },
  { pattern: /\b(sk-(?:proj|ant|svcacct)-[\w-]{32,})/g, accepts: drawn },
  { pattern: /\b(pypi-AgE[\w-]{50,}|dop_v1_[0-9a-f]{64})/g, accepts: drawn },
  { pattern: /\b(?:discord\.com\/api\/webhooks\/\d+\/([\w-]{40,}))/g, accepts: drawn },
  // Headers, and words of a connection string
  {
    pattern: /\b(?:Bearer|Basic)\s+([\w+/.~-]{16,}={0,2})/g,
    accepts: (secret) => drawn(secret) && isDrawn(secret, 16),
  },
  {
    pattern: /(?:^|[\s;?&"'])(?:password|passwd|pwd)=([^\s;&"'{}<>()[\],$%]{6,})(?=[\s;&"'])/gim,
    accepts: (secret) => isDrawn(secret, 6) && /\d/.test(secret),
  },
  {
    pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"'{}<>$]{0,200}:([^\s/@"'<>]{3,200})@[\w.-]/gi,
    accepts: (secret) => !isPlaceholder(secret.replaceAll(/\$?\{[^}]*\}|%[srd]\b|%\(\w+\)s/g, "")),
  },
];

/** Where the first such secret begins. */
export function indexOfToken(text: string): number | undefined {
  let first: number | undefined;
  for (const { pattern, accepts } of shapes) {
    for (const match of text.matchAll(pattern)) {
      if (first !== undefined && match.index >= first) break;
      if (accepts(match[1]!)) first = match.index + match[0].indexOf(match[1]!);
    }
  }
  return first;
}
