/** Installs Debian packages if this machine and this user can. */

import { run, which } from "./command.ts";

const install = ["install", "-y", "--no-install-recommends"];

/** Returns the command that a user can run instead. */
export function aptGet(packages: readonly string[]): string {
  return ["apt-get", ...install, ...packages].join(" ");
}

/** Returns whether the packages are installed now. Only tries as root on Debian. @throws Error if apt-get fails */
export async function installPackages(packages: readonly string[]): Promise<boolean> {
  const program = which("apt-get");
  if (!program || process.getuid?.() !== 0) return false;
  console.log(`Installing ${packages.join(", ")} from Debian's packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run(program, ["update"], { env });
  await run(program, [...install, ...packages], { env });
  return true;
}
