/** Addresses as messages and logs may show them. */

/** `text` with what stands between "//" and "@" left out, in every address that it holds; also where the scheme is missing. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/)[^\s/?#]*@/g, "$1…@").replaceAll(/(?<![\w:/…])[^\s:/@"'(]+:[^\s/"']*@/g, "…@");
}
