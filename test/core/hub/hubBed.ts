/** A hub and a folder to download into, new for each test. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { downloadFiles, type DownloadProgress } from "../../../extension/core/hub/downloadFiles.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../../extension/core/hub/hubConnection.ts";
import { readHubModel } from "../../../extension/core/hub/hubModel.ts";
import { repository, startFakeHub, type FakeHub } from "./fakeHub.ts";

export interface HubBed {
  readonly hub: FakeHub;
  readonly folder: string;
  /** Everything that `graft import` does to download: lists, then loads. */
  download(
    settings?: HubSettings,
    control?: HubControl & { onProgress?: (progress: DownloadProgress) => void },
    address?: { repository: string; revision: string },
  ): Promise<void>;
}

/** The hub's largest file. */
export const weights = "model.safetensors";
export const quick = { retryDelay: 1 };

export function hubBed(): HubBed {
  let hub: FakeHub;
  let folder: string;
  beforeEach(async () => {
    const random = seededRandom(1);
    const content = Buffer.from(Uint8Array.from({ length: 50_000 }, () => random.integer(256)));
    hub = await startFakeHub(
      new Map([
        ["config.json", Buffer.from("{}\n")],
        ["empty.txt", Buffer.alloc(0)],
        [weights, content],
      ]),
    );
    folder = await mkdtemp(join(tmpdir(), "graft-hub-"));
  });
  afterEach(async () => {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get hub() {
      return hub;
    },
    get folder() {
      return folder;
    },
    async download(settings = {}, control = {}, address = { repository, revision: "main" }) {
      const connection = await connectToHub(address, { endpoint: hub.url, ...settings }, { ...quick, ...control });
      try {
        const { pinned, files } = await readHubModel(connection);
        await downloadFiles(connection, pinned.revision, files, folder, control.onProgress);
      } finally {
        await connection.close();
      }
    },
  };
}
