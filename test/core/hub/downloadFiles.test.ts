import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import {
  checkSpace,
  downloadFiles,
  missingBytes,
  type DownloadProgress,
} from "../../../extension/core/hub/downloadFiles.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../../extension/core/hub/hubConnection.ts";
import { readRepository } from "../../../extension/core/hub/repository.ts";
import { commit, repository, startFakeHub, type FakeHub } from "./fakeHub.ts";

const weights = "model.safetensors";
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

const quick = { retryDelay: 1 };

/** All that `graft import` does about a download: lists, then loads. */
async function download(
  settings: HubSettings = {},
  control: HubControl & { onProgress?: (progress: DownloadProgress) => void } = {},
  address = { repository, revision: "main" },
): Promise<void> {
  const connection = await connectToHub(address, { endpoint: hub.url, ...settings }, { ...quick, ...control });
  try {
    const { pinned, files } = await readRepository(connection);
    await downloadFiles(connection, pinned.revision, files, folder, control.onProgress);
  } finally {
    await connection.close();
  }
}

const onDisk = (name = weights): Promise<Buffer> => readFile(join(folder, name));
const ranges = (): (string | undefined)[] =>
  hub.requests.filter(({ server }) => server === "storage").map(({ range }) => range);
const code = (expected: string): object => expect.objectContaining({ name: "UserError", code: expected });

describe("readRepository", () => {
  test("pins the commit and lists all pages: SHA-256 for large files, git's digest for small ones", async () => {
    const connection = await connectToHub({ repository, revision: "v1" }, { endpoint: hub.url }, quick);
    const listed = await readRepository(connection).finally(() => connection.close());
    expect(listed.pinned).toEqual({ repository, revision: commit });
    const sha256 = createHash("sha256").update(hub.files.get(weights)!).digest("hex");
    expect(listed.files).toEqual([
      // git hash-object, of git 2.39
      { path: "config.json", size: 3, digest: { kind: "git", hex: "0967ef424bce6791893e9a57bb952f80fd536e93" } },
      { path: "empty.txt", size: 0, digest: { kind: "git", hex: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" } },
      { path: weights, size: 50_000, digest: { kind: "sha256", hex: sha256 } },
    ]);
  });

  test("refuses an answer that does not end", async () => {
    hub.faults.api = `{"sha":"${commit}","filler":"${"x".repeat(17e6)}"}`;
    await expect(download()).rejects.toEqual(code("hub-failed"));
  });

  test.each(["<html>Log in to the café's network</html>", '{"sha":"../.."}', "null", "5", '"text"'])(
    "refuses the answer %s",
    async (api) => {
      hub.faults.api = api;
      await expect(download()).rejects.toEqual(code("hub-failed"));
    },
  );
});

describe("connectToHub keeps passwords to itself", () => {
  const said = async (settings: HubSettings): Promise<string> => {
    const told: string[] = [];
    const note = (text: string): void => void told.push(text);
    const log = { debug: note, info: note, warn: note, error: note };
    const error: unknown = await download(settings, { log }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "UserError" });
    return inspect([told, error], { depth: 9 });
  };
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ["a proxy that is not there", { proxy: "http://ann:s3cret@127.0.0.1:9" }],
    ["a proxy of another kind", { proxy: "socks5://ann:s3cret@proxy.example:1080" }],
    ["a proxy without a scheme", { proxy: "ann:s3cret@proxy.example:8080" }],
    ["an address that is none", { proxy: "http://ann:s3cret@:8080" }],
    ["a hub with a password", { endpoint: "https://ann:s3cret@hub.example" }],
  ])("%s", async (_, settings) => {
    expect(await said(settings)).not.toContain("s3cret");
  });

  test.each(["HTTPS_PROXY", "http_proxy"])("a wrong %s of the environment", async (name) => {
    vi.stubEnv(name, "ann:s3cret@proxy.example:8080");
    const text = await said({});
    expect(text).not.toContain("s3cret");
    expect(text).toMatch(new RegExp(`${name} is .+proxy\\.example:8080`));
  });
});

describe("downloadFiles", () => {
  test("brings every file whole, and leaves nothing else", async () => {
    await download();
    for (const [name, content] of hub.files) expect(await onDisk(name)).toEqual(content);
    expect((await readdir(folder)).toSorted()).toEqual([...hub.files.keys()].toSorted());
  });

  test("goes on where a connection was cut, as often as it takes", async () => {
    hub.faults.cut = { after: 9000, times: 4 };
    await download();
    expect(await onDisk()).toEqual(hub.files.get(weights));
    const starts = ranges().map((range) => Number(/\d+/.exec(range ?? "")?.[0]));
    expect(starts).toHaveLength(5);
    expect(starts[0]).toBe(0);
    expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
  });

  test("goes on from what an earlier process has left, and counts it", async () => {
    await writeFile(join(folder, `${weights}.part`), hub.files.get(weights)!.subarray(0, 30_000));
    const remote = [{ path: weights, size: 50_000, digest: { kind: "sha256", hex: "" } }] as const;
    expect(await missingBytes(remote, folder)).toBe(20_000);
    await download();
    expect(ranges()).toEqual(["bytes=30000-"]);
    expect(await onDisk()).toEqual(hub.files.get(weights));
  });

  test("asks for nothing that is there", async () => {
    await download();
    hub.requests.length = 0;
    await download();
    expect(hub.requests.filter(({ path }) => path.includes("resolve"))).toEqual([]);
  });

  test("starts over once where what was left is not the file's beginning", async () => {
    await writeFile(join(folder, `${weights}.part`), Buffer.alloc(30_000, 7));
    await download();
    expect(ranges()).toEqual(["bytes=30000-", "bytes=0-"]);
    expect(await onDisk()).toEqual(hub.files.get(weights));
  });

  test("starts over with a server that knows no ranges", async () => {
    hub.faults.noRanges = true;
    await writeFile(join(folder, `${weights}.part`), hub.files.get(weights)!.subarray(0, 30_000));
    await download();
    expect(await onDisk()).toEqual(hub.files.get(weights));
  });

  test.each<[string, Partial<FakeHub["faults"]>]>([
    ["has another content", { content: Buffer.alloc(50_000, 1) }],
    ["is shorter than announced", { listedSize: 60_000 }],
    ["is longer than announced", { listedSize: 40_000 }],
    ["is longer than announced, without ranges", { listedSize: 40_000, noRanges: true }],
  ])("refuses a file that %s, and keeps none of it", async (_, faults) => {
    hub.files.delete("empty.txt");
    hub.files.delete("config.json");
    Object.assign(hub.faults, faults);
    await expect(download()).rejects.toEqual(code("download-damaged"));
    expect(await readdir(folder)).toEqual([]);
  });

  test("gives up on connections that bring nothing, and keeps what others have brought", async () => {
    const begun = hub.files.get(weights)!.subarray(0, 30_000);
    await writeFile(join(folder, `${weights}.part`), begun);
    hub.faults.cut = { after: 0, times: Infinity };
    await expect(download()).rejects.toEqual(code("hub-unreachable"));
    expect(await onDisk(`${weights}.part`)).toEqual(begun);
  });

  test("gives up on a server that knows no ranges and cuts every connection, whatever it sends before", async () => {
    hub.faults.noRanges = true;
    hub.faults.cut = { after: 9000, times: Infinity };
    await expect(download()).rejects.toEqual(code("hub-unreachable"));
    expect(ranges().length).toBeLessThan(20);
  });

  test("sends the token to the hub, and to nobody it redirects to", async () => {
    hub.faults.token = "hf_secret";
    await download({ token: "hf_secret" });
    const seen = (server: string): unknown[] => [
      ...new Set(hub.requests.filter((request) => request.server === server).map((request) => request.authorization)),
    ];
    expect(seen("hub")).toEqual(["Bearer hf_secret"]);
    expect(seen("storage")).toEqual([undefined]);
  });

  test.each([
    ["hub-unauthorized", { token: "hf_other" }, {}],
    ["hub-gated", { token: "hf_other", gated: true }, {}],
    ["hub-unauthorized", { token: "hf_other" }, { token: "hf_mine" }],
  ])("says %s for faults %j and settings %j", async (expected, faults, settings) => {
    Object.assign(hub.faults, faults);
    await expect(download(settings)).rejects.toEqual(code(expected));
  });

  test("tells an unknown revision from an unknown model", async () => {
    await expect(download({}, {}, { repository, revision: "v2" })).rejects.toEqual(code("hub-revision-unknown"));
    await expect(download({}, {}, { repository: "acme/none", revision: "main" })).rejects.toEqual(
      code("hub-not-found"),
    );
  });

  test("waits as long as a busy hub asks for, and gives up where that is long", async () => {
    hub.faults.answers = [{ status: 429, headers: { "retry-after": "1" } }, { status: 503 }];
    const startedAt = performance.now();
    await download();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    hub.faults.answers = [{ status: 429, headers: { "retry-after": "3600" } }];
    await expect(download()).rejects.toEqual(code("hub-busy"));
  });

  test("gives up on a hub that always fails, or is not there", async () => {
    hub.faults.answers = Array.from({ length: 5 }, () => ({ status: 500 }));
    await expect(download()).rejects.toEqual(code("hub-failed"));
    const { url } = hub;
    await hub.close();
    await expect(download({ endpoint: url })).rejects.toEqual(code("hub-unreachable"));
    hub = await startFakeHub(new Map());
    await expect(download({ endpoint: "huggingface.co" })).rejects.toEqual(code("hub-setting-invalid"));
  });

  test("stops when it is cancelled, keeps what it has, and tells its progress before", async () => {
    hub.faults.slowness = 15;
    const controller = new AbortController();
    const told: DownloadProgress[] = [];
    const downloading = download(
      {},
      {
        signal: controller.signal,
        onProgress: (progress) => {
          told.push(progress);
          controller.abort();
        },
      },
    );
    await expect(downloading).rejects.toMatchObject({ name: "AbortError" });
    const [{ done, total, bytesPerSecond, etaSeconds } = { done: 0, total: 0, bytesPerSecond: 0, etaSeconds: 0 }] =
      told;
    expect(total).toBe(50_003);
    expect(etaSeconds).toBeCloseTo((total - done) / bytesPerSecond);
    expect(await onDisk(`${weights}.part`)).toEqual(hub.files.get(weights)!.subarray(0, done - 3));
  });
});

describe("connectToHub", () => {
  test("goes through the proxy for all that is not excepted", async () => {
    const { proxy, url, asked } = await startProxy();
    await download({ proxy: url });
    expect(new Set(asked).size).toBe(2); // The hub and its storage.
    const before = asked.length;
    await rm(folder, { recursive: true });
    await download({ proxy: url, noProxy: "localhost,127.0.0.1" });
    expect(asked.length).toBe(before);
    proxy.closeAllConnections();
    proxy.close();
  });
});

describe("checkSpace", () => {
  test("names what is needed and what is free", async () => {
    await checkSpace(folder, 1);
    await expect(checkSpace(folder, 1e18)).rejects.toMatchObject({
      code: "disk-full",
      message: expect.stringMatching(/1000000000000 MB are needed, \d+ MB are free/),
    });
  });
});

/** One that tunnels, and notes whither. */
async function startProxy(): Promise<{ proxy: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket, head) => {
    asked.push(request.url ?? "");
    const [host = "", port] = (request.url ?? "").split(":");
    const onwards = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onwards.write(head);
      socket.pipe(onwards).pipe(socket);
    });
    onwards.on("error", () => socket.destroy());
    socket.on("error", () => onwards.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { proxy, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}
