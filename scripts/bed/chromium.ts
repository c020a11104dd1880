/** Finds the browser for tests in the editor: the system's Chromium, installed from Debian if possible. */

import { existsSync } from "node:fs";
import { which } from "./command.ts";
import { aptGet, installPackages } from "./debian.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const packages = ["chromium", "fonts-dejavu-core"];

/** Returns the path of Chromium. @throws Error with the command to run if it is missing and cannot be installed */
export async function findChromium(): Promise<string> {
  const found = process.env["CHROMIUM"] ?? installed();
  if (found) return found;
  if (await installPackages(packages)) {
    const now = installed();
    if (now) return now;
  }
  throw new Error(
    `Tests in the editor need Chromium, which is not installed. Run \`sudo apt-get update && sudo ${aptGet(packages)}\`, or ` +
      "name a Chromium in the environment variable CHROMIUM.",
  );
}

function installed(): string | undefined {
  return names.map(which).find((path) => path !== undefined) ?? elsewhere.find((path) => existsSync(path));
}
