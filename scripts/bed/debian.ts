/** Debian's packages, where this machine has them and we may install them. */

import { run, which } from "./command.ts";

const install = ["install", "-y", "--no-install-recommends"];

/** The command that a user may run. */
export function aptGet(packages: readonly string[]): string {
  return ["apt-get", ...install, ...packages].join(" ");
}

/** Whether they are installed now. Only root of a Debian may; nobody else is bothered. @throws Error where apt-get fails */
export async function installPackages(packages: readonly string[]): Promise<boolean> {
  const program = which("apt-get");
  if (!program || process.getuid?.() !== 0) return false;
  console.log(`Installing ${packages.join(", ")} from Debian's packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run(program, ["update"], { env });
  await run(program, [...install, ...packages], { env });
  return true;
}
