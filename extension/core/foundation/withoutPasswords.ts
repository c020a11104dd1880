/** Removes passwords from addresses in messages and logs. */

/** Replaces user name and password (the part between "//" and "@") in every address in `text`, even without a scheme. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/)[^\s/?#]*@/g, "$1…@").replaceAll(/(?<![\w:/…])[^\s:/@"'(]+:[^\s/"']*@/g, "…@");
}
