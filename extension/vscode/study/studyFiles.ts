/** The files of this machine's studies. */

import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { exists } from "../../core/foundation/exists.ts";
import { readStudy, studiesFolder, writeStudy, type Study } from "../../core/evaluation/study/studyFile.ts";
import { studyName, studyPathOf } from "../../core/evaluation/study/studyNames.ts";
import type { StudyCard } from "../../../webview/protocol/study.ts";
import { explain } from "../messages.ts";

export interface StudyFiles {
  /** @throws UserError "study-missing" if the name would lead out of the folder */
  pathOf(name: string): string;
  list(): Promise<StudyCard[]>;
  /** Writes a study and returns its name. A name that is taken gets a number. */
  write(study: Study): Promise<string>;
  /** Removes a study's file and returns how to restore it. */
  remove(name: string): Promise<() => Promise<void>>;
}

export function openStudyFiles(home: string): StudyFiles {
  const folder = studiesFolder(home);
  const pathOf = (name: string): string => studyPathOf(home, name);
  return {
    pathOf,
    async list() {
      const files = await readdir(folder).catch(() => []);
      const studies = files.filter((file) => file.endsWith(".json")).toSorted();
      return await Promise.all(studies.map((file) => cardOf(join(folder, file))));
    },
    async write(study) {
      await makeFolder(folder);
      const name = await freeName(study.title, pathOf);
      await writeStudy(pathOf(name), study);
      return name;
    },
    async remove(name) {
      const content = await readFile(pathOf(name), "utf8");
      await rm(pathOf(name));
      return () => writeFileAtomic(pathOf(name), content);
    },
  };
}

async function cardOf(path: string): Promise<StudyCard> {
  const name = basename(path, ".json");
  try {
    const { title, suites, candidates } = await readStudy(path);
    return { name, title, suites: suites.length, candidates: candidates.length };
  } catch (error) {
    return { name, title: name, suites: 0, candidates: 0, problem: explain(error) };
  }
}

async function freeName(title: string, pathOf: (name: string) => string): Promise<string> {
  const name = studyName(title);
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : `${name}-${number}`;
    if (!(await exists(pathOf(tried)))) return tried;
  }
}
