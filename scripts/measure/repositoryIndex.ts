/**
 * Measures the repository index on the Python files of a folder: how long it takes to build, to open again, to follow an edit and
 * to answer, and what it needs in memory and on disk.
 *
 *     MALLOC_MMAP_THRESHOLD_=131072 node --max-semi-space-size=4 --max-old-space-size=160 \
 *       scripts/measure/repositoryIndex.ts FOLDER [FILES]
 *
 * Copies up to FILES files (5,000) to a temporary folder, so that ignore rules around them do not count. Times are those of the
 * clock and, in brackets, of the processor in the main thread: other work on the machine lengthens the first more. The flags are
 * those of the engine's process (engineProcess.ts), which needs about 30 MB less: it runs no TypeScript.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { collectGarbage } from "../../extension/core/foundation/memory/collectGarbage.ts";
import { seededRandom } from "../../extension/core/foundation/random.ts";
import { peakMemoryBytes } from "../../extension/core/foundation/memory/peakMemory.ts";
import { openFolderRepository, type FolderRepository } from "../../extension/core/repository/folderRepository.ts";

setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const [source = ".", count = "5000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "graft-index-"));
const home = mkdtempSync(join(tmpdir(), "graft-index-"));
const paths = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))
  .toSorted()
  .slice(0, Number(count));
for (const path of paths) cpSync(join(source, path), join(folder, path));

/** In Node since 22.19; the types are those of Node 20, which the extension supports. */
const { threadCpuUsage } = process as unknown as { threadCpuUsage: typeof process.cpuUsage };

interface Times {
  readonly wall: number[];
  readonly own: number[];
}

async function timed<T>(work: () => T | Promise<T>, times: Times): Promise<T> {
  const [startedAt, before] = [performance.now(), threadCpuUsage()];
  const result = await work();
  const { user, system } = threadCpuUsage(before);
  times.wall.push(performance.now() - startedAt);
  times.own.push((user + system) / 1000);
  return result;
}

function told({ wall, own }: Times, share?: number): string {
  const at = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor((share ?? 0) * list.length)]!;
  return `${at(wall).toFixed(1)} ms (${at(own).toFixed(1)})`;
}

const none = (): Times => ({ wall: [], own: [] });
const size = (at: string): number =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const random = seededRandom(1);
const [building, saving, opening, editing, asking] = [none(), none(), none(), none(), none()];
let index: FolderRepository = await timed(() => openFolderRepository({ folder, home }), building);
const peak = peakMemoryBytes();
await timed(() => index.save(), saving);
collectGarbage();
console.log(`${paths.length} files → ${JSON.stringify(index.size)}`);
console.log(`build ${told(building)}, save ${told(saving)}`);
console.log(
  `memory ${megabytes(process.memoryUsage.rss())}, at most ${megabytes(peak)}; disk ${megabytes(size(home))}`,
);
const texts = paths
  .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
  .filter(({ text }) => text);
for (let i = 0; i < 300; i++) {
  const { path, text } = texts[random.integer(texts.length)]!;
  const at = random.integer(text.length);
  await timed(
    () => index.query({ path, prefix: text.slice(Math.max(0, at - 16_000), at), suffix: text.slice(at, at + 2000) }),
    asking,
  );
}
console.log(`query p50 ${told(asking, 0.5)}, p95 ${told(asking, 0.95)}, p99 ${told(asking, 0.99)}`);
for (let i = 0; i < 100; i++) {
  const { path, text } = texts[random.integer(texts.length)]!;
  await timed(() => index.setUnsaved(path, `${text}\nx = ${i}\n`), editing);
}
console.log(`edit p50 ${told(editing, 0.5)}, p95 ${told(editing, 0.95)}, most ${told(editing, 0.999)}`);
await index.save();
// Two indexes and all texts are more than the limits allow.
texts.length = 0;
index = await timed(() => openFolderRepository({ folder, home }), opening);
console.log(`open again ${told(opening)}, ${JSON.stringify(index.size)}`);
for (const at of [folder, home]) rmSync(at, { recursive: true });
