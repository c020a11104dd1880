/** The CUDA libraries, from a server on this machine that sends wrong data, cuts connections and redirects. */

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cudaEnvironment } from "../../../extension/core/devices/cuda/cudaEnvironment.ts";
import { cudaFiles, cudaFolder } from "../../../extension/core/devices/cuda/cudaLibraries.ts";
import { installCuda } from "../../../extension/core/devices/cuda/installCuda.ts";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { needs } from "../../needs.ts";

const random = seededRandom(1);
const contents = new Map(
  cudaFiles.map(({ inWheel }) => [inWheel, Buffer.from(Uint8Array.from({ length: 3000 }, () => random.integer(256)))]),
);
const zip = zipOf(new Map([["onnxruntime/__init__.py", Buffer.from("pass")], ...contents]));

/** What the server does; set by a test. */
interface Faults {
  /** Sends this instead of the wheel. */
  body?: Buffer;
  /** Ends the connection after this many bytes, this many times. */
  cut?: { after: number; times: number };
  redirect?: boolean;
  status?: number;
}

let faults: Faults;
let requests: IncomingMessage[];
let server: Server;
let home: string;
beforeEach(async () => {
  faults = {};
  requests = [];
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = await mkdtemp(join(tmpdir(), "graft-cuda-"));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true, force: true });
});

function serve(request: IncomingMessage, response: ServerResponse): void {
  requests.push(request);
  if (faults.status !== undefined) return void response.writeHead(faults.status).end();
  if (faults.redirect && request.url !== "/moved") return void response.writeHead(302, { location: "/moved" }).end();
  const body = faults.body ?? zip;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.setHeader("content-range", `bytes ${from}-${body.length - 1}/${body.length}`);
  response.writeHead(206, { "content-length": body.length - from });
  if (!faults.cut || faults.cut.times-- <= 0) return void response.end(body.subarray(from));
  response.write(body.subarray(from, from + faults.cut.after), () => setTimeout(() => response.destroy(), 20));
}

function install(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const sha256 = createHash("sha256").update(zip).digest("hex");
  const wheel = { host: `http://127.0.0.1:${port}`, path: "packages/ab/cuda.whl", size: zip.length, sha256 };
  const hub = { token: "secret", endpoint: "http://elsewhere.invalid" };
  return installCuda({ home, hub }, { retryDelay: 1 }, { wheel, files: cudaFiles });
}

describe("installCuda", needs("Linux on x64", process.platform === "linux" && process.arch === "x64"), () => {
  test("puts the libraries beside a copy of the binding, and nothing else is left", async () => {
    expect(cudaEnvironment(home)).toEqual({});
    const folder = await install();
    expect(folder).toBe(cudaFolder(home));
    const names = ["onnxruntime_binding.node", ...cudaFiles.map(({ name }) => name)];
    expect((await readdir(folder)).toSorted()).toEqual(names.toSorted());
    for (const { inWheel, name } of cudaFiles) {
      expect((await readFile(join(folder, name))).equals(contents.get(inWheel)!), name).toBe(true);
    }
    expect(await readdir(join(home, "devices"))).toEqual(["cuda-1.30.0"]);
    expect(cudaEnvironment(home)).toEqual({ GRAFT_CUDA_FOLDER: folder });
    expect(cudaEnvironment(home, "webgpu")).toEqual({});
    // This server must not get the hub's token.
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("resumes where a connection was cut, and follows redirects", async () => {
    faults = { cut: { after: 5000, times: 2 }, redirect: true };
    await install();
    const ranges = requests.filter(({ url }) => url === "/moved").map(({ headers }) => headers.range);
    expect(ranges).toEqual(["bytes=0-", "bytes=5000-", "bytes=10000-"]);
  });

  test("a part of an earlier, interrupted download is used", async () => {
    await mkdir(join(home, "devices"));
    await writeFile(join(home, "devices", "cuda.whl.part"), zip.subarray(0, 9000));
    await install();
    expect(requests.map(({ headers }) => headers.range)).toEqual(["bytes=9000-"]);
  });

  test.each([
    ["other bytes", Buffer.from(zip).fill(7, 100, 200), "download-damaged"],
    ["more bytes", Buffer.concat([zip, Buffer.alloc(10)]), "download-damaged"],
  ])("a server that sends %s is refused, and nothing is set up", async (_, body, code) => {
    faults = { body };
    await expect(install()).rejects.toMatchObject({ code });
    expect(await readdir(join(home, "devices"))).toEqual([]);
    expect(cudaEnvironment(home)).toEqual({});
  });

  test("a server without the file is named, without advice about tokens", async () => {
    faults = { status: 404 };
    const refused: unknown = await install().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "hub-not-found", message: expect.stringContaining("does not have them") });
    expect((refused as { nextStep: string }).nextStep).not.toContain("token");
  });
});

/** Returns a zip archive (APPNOTE.TXT), compressed as wheels are. */
function zipOf(files: ReadonlyMap<string, Buffer>): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of files) {
    const compressed = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(compressed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), fields, Buffer.from(name), compressed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.alloc(2), fields, rest, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listed, end]);
}
