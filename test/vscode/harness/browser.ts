/** Starts Chromium for a test run; any process with its endpoint can open pages in it. */

import { chromium, type BrowserServer } from "playwright-core";
import { findChromium } from "../../../scripts/bed/chromium.ts";

export async function startBrowser(): Promise<BrowserServer> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  return chromium.launchServer({
    executablePath: await findChromium(),
    headless: true,
    // Containers run as root, where Chromium's own sandbox cannot start; it only ever shows our own server.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet],
  });
}
