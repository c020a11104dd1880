/** Formats numbers for messages. */

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** "1 step", "3 steps". `shown` is the number as people read it. */
export function counted(count: number, one: string, { many = `${one}s`, shown = `${count}` } = {}): string {
  return `${shown} ${count === 1 ? one : many}`;
}

/** "340 kB" below a megabyte, "2.5 MB" from there on. */
export function kilobytesOrMore(bytes: number): string {
  return bytes < 999_500 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
