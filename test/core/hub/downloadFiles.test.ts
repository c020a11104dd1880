import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkSpace, missingBytes, type DownloadProgress } from "../../../extension/core/hub/downloadFiles.ts";
import { connectToHub } from "../../../extension/core/hub/hubConnection.ts";
import { readHubModel } from "../../../extension/core/hub/hubModel.ts";
import { commit, repository, startFakeHub, type FakeHub } from "./fakeHub.ts";
import { hubBed, quick, weights } from "./hubBed.ts";

const bed = hubBed();
const onDisk = (name = weights): Promise<Buffer> => readFile(join(bed.folder, name));
const ranges = (): (string | undefined)[] =>
  bed.hub.requests.filter(({ server }) => server === "storage").map(({ range }) => range);
const code = (expected: string): object => expect.objectContaining({ name: "UserError", code: expected });

describe("readHubModel", () => {
  test("pins the commit and lists all pages: SHA-256 for large files, git's digest for small ones", async () => {
    const connection = await connectToHub({ repository, revision: "v1" }, { endpoint: bed.hub.url }, quick);
    const listed = await readHubModel(connection).finally(() => connection.close());
    expect(listed.pinned).toEqual({ repository, revision: commit });
    const sha256 = createHash("sha256").update(bed.hub.files.get(weights)!).digest("hex");
    expect(listed.files).toEqual([
      // git hash-object, of git 2.39
      { path: "config.json", size: 3, digest: { kind: "git", hex: "0967ef424bce6791893e9a57bb952f80fd536e93" } },
      { path: "empty.txt", size: 0, digest: { kind: "git", hex: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" } },
      { path: weights, size: 50_000, digest: { kind: "sha256", hex: sha256 } },
    ]);
  });

  test("refuses an answer that does not end", async () => {
    bed.hub.faults.api = `{"sha":"${commit}","filler":"${"x".repeat(17e6)}"}`;
    await expect(bed.download()).rejects.toEqual(code("hub-failed"));
  });

  test.each(["<html>Log in to the café's network</html>", '{"sha":"../.."}', "null", "5", '"text"'])(
    "refuses the answer %s",
    async (api) => {
      bed.hub.faults.api = api;
      await expect(bed.download()).rejects.toEqual(code("hub-failed"));
    },
  );
});

describe("downloadFiles", () => {
  test("brings every file whole, and leaves nothing else", async () => {
    await bed.download();
    for (const [name, content] of bed.hub.files) expect(await onDisk(name)).toEqual(content);
    expect((await readdir(bed.folder)).toSorted()).toEqual([...bed.hub.files.keys()].toSorted());
  });

  test("goes on where a connection was cut, as often as it takes", async () => {
    bed.hub.faults.cut = { after: 9000, times: 4 };
    await bed.download();
    expect(await onDisk()).toEqual(bed.hub.files.get(weights));
    const starts = ranges().map((range) => Number(/\d+/.exec(range ?? "")?.[0]));
    expect(starts).toHaveLength(5);
    expect(starts[0]).toBe(0);
    expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
  });

  test("goes on from what an earlier process has left, and counts it", async () => {
    await writeFile(join(bed.folder, `${weights}.part`), bed.hub.files.get(weights)!.subarray(0, 30_000));
    const remote = [{ path: weights, size: 50_000, digest: { kind: "sha256", hex: "" } }] as const;
    expect(await missingBytes(remote, bed.folder)).toBe(20_000);
    await bed.download();
    expect(ranges()).toEqual(["bytes=30000-"]);
    expect(await onDisk()).toEqual(bed.hub.files.get(weights));
  });

  test("asks for nothing that is there", async () => {
    await bed.download();
    bed.hub.requests.length = 0;
    await bed.download();
    expect(bed.hub.requests.filter(({ path }) => path.includes("resolve"))).toEqual([]);
  });

  test("starts over once where what was left is not the file's beginning", async () => {
    await writeFile(join(bed.folder, `${weights}.part`), Buffer.alloc(30_000, 7));
    await bed.download();
    expect(ranges()).toEqual(["bytes=30000-", "bytes=0-"]);
    expect(await onDisk()).toEqual(bed.hub.files.get(weights));
  });

  test("starts over with a server that knows no ranges", async () => {
    bed.hub.faults.noRanges = true;
    await writeFile(join(bed.folder, `${weights}.part`), bed.hub.files.get(weights)!.subarray(0, 30_000));
    await bed.download();
    expect(await onDisk()).toEqual(bed.hub.files.get(weights));
  });

  test.each<[string, Partial<FakeHub["faults"]>]>([
    ["has another content", { content: Buffer.alloc(50_000, 1) }],
    ["is shorter than announced", { listedSize: 60_000 }],
    ["is longer than announced", { listedSize: 40_000 }],
    ["is longer than announced, without ranges", { listedSize: 40_000, noRanges: true }],
  ])("refuses a file that %s, and keeps none of it", async (_, faults) => {
    bed.hub.files.delete("empty.txt");
    bed.hub.files.delete("config.json");
    Object.assign(bed.hub.faults, faults);
    await expect(bed.download()).rejects.toEqual(code("download-damaged"));
    expect(await readdir(bed.folder)).toEqual([]);
  });

  test("gives up on connections that bring nothing, and keeps what others have brought", async () => {
    const begun = bed.hub.files.get(weights)!.subarray(0, 30_000);
    await writeFile(join(bed.folder, `${weights}.part`), begun);
    bed.hub.faults.cut = { after: 0, times: Infinity };
    await expect(bed.download()).rejects.toEqual(code("hub-unreachable"));
    expect(await onDisk(`${weights}.part`)).toEqual(begun);
  });

  test("gives up on a server that knows no ranges and cuts every connection, whatever it sends before", async () => {
    bed.hub.faults.noRanges = true;
    bed.hub.faults.cut = { after: 9000, times: Infinity };
    await expect(bed.download()).rejects.toEqual(code("hub-unreachable"));
    expect(ranges().length).toBeLessThan(20);
  });

  test("sends the token to the hub, and to nobody it redirects to", async () => {
    bed.hub.faults.token = "hf_secret";
    await bed.download({ token: "hf_secret" });
    const seen = (server: string): unknown[] => [
      ...new Set(
        bed.hub.requests.filter((request) => request.server === server).map((request) => request.authorization),
      ),
    ];
    expect(seen("hub")).toEqual(["Bearer hf_secret"]);
    expect(seen("storage")).toEqual([undefined]);
  });

  test.each([
    ["hub-unauthorized", { token: "hf_other" }, {}],
    ["hub-gated", { token: "hf_other", gated: true }, {}],
    ["hub-unauthorized", { token: "hf_other" }, { token: "hf_mine" }],
  ])("says %s for faults %j and settings %j", async (expected, faults, settings) => {
    Object.assign(bed.hub.faults, faults);
    await expect(bed.download(settings)).rejects.toEqual(code(expected));
  });

  test("tells an unknown revision from an unknown model", async () => {
    await expect(bed.download({}, {}, { repository, revision: "v2" })).rejects.toEqual(code("hub-revision-unknown"));
    await expect(bed.download({}, {}, { repository: "acme/none", revision: "main" })).rejects.toEqual(
      code("hub-not-found"),
    );
  });

  test("waits as long as a busy hub asks for, and gives up where that is long", async () => {
    bed.hub.faults.answers = [{ status: 429, headers: { "retry-after": "1" } }, { status: 503 }];
    const startedAt = performance.now();
    await bed.download();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    bed.hub.faults.answers = [{ status: 429, headers: { "retry-after": "3600" } }];
    await expect(bed.download()).rejects.toEqual(code("hub-busy"));
  });

  test("gives up on a hub that always fails, or is not there", async () => {
    bed.hub.faults.answers = Array.from({ length: 5 }, () => ({ status: 500 }));
    await expect(bed.download()).rejects.toEqual(code("hub-failed"));
    const gone = await startFakeHub(new Map());
    await gone.close();
    await expect(bed.download({ endpoint: gone.url })).rejects.toEqual(code("hub-unreachable"));
    await expect(bed.download({ endpoint: "huggingface.co" })).rejects.toEqual(code("hub-setting-invalid"));
  });

  test("stops when it is cancelled, keeps what it has, and tells its progress before", async () => {
    bed.hub.faults.slowness = 15;
    const controller = new AbortController();
    const told: DownloadProgress[] = [];
    const downloading = bed.download(
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
    expect(await onDisk(`${weights}.part`)).toEqual(bed.hub.files.get(weights)!.subarray(0, done - 3));
  });
});

describe("checkSpace", () => {
  test("names what is needed and what is free", async () => {
    await checkSpace(bed.folder, 1);
    await expect(checkSpace(bed.folder, 1e18)).rejects.toMatchObject({
      code: "disk-full",
      message: expect.stringMatching(/1000000000000 MB are needed, \d+ MB are free/),
    });
  });
});
