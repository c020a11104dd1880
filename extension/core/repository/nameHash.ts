/** FNV-1a, for names whose equality is checked elsewhere or whose rare collisions do no harm. */

export const hashSeed = 0x811c9dc5;

export function hashWith(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

export function hashOf(name: string): number {
  let hash = hashSeed;
  for (let i = 0; i < name.length; i++) hash = hashWith(hash, name.charCodeAt(i));
  return hash >>> 0;
}
