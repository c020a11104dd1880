/** The folders that the command line uses. */

import { homedir } from "node:os";
import { join } from "node:path";

export interface Places {
  /** Installed bases: GRAFT_HOME, or a folder in the user's data. */
  readonly home: string;
  /** The user's copies of the paper's data sets: GRAFT_DATA, or a folder next to the bases. */
  readonly dataFolder: string;
  /** The data sets that ship with Graft. */
  readonly shippedData: string;
  /** The base that ships with Graft. */
  readonly embedded: string;
}

/** @param packageFolder the folder of `base/` and `data/` */
export function findPlaces(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
  packageFolder: string,
): Places {
  const home = environment["GRAFT_HOME"] || join(userData(environment, platform), "graft");
  return {
    home,
    dataFolder: environment["GRAFT_DATA"] || join(home, "data"),
    shippedData: join(packageFolder, "data"),
    embedded: join(packageFolder, "base"),
  };
}

function userData(environment: Readonly<Record<string, string | undefined>>, platform: string): string {
  if (platform === "win32") return environment["APPDATA"] || join(homedir(), "AppData", "Roaming");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  return environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
}
