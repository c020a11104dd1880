/**
 * A hub on this machine, for tests: the part of huggingface.co's API that Graft uses, and every way in which it may fail.
 *
 * Large files are redirected to a second server, as the real hub does, which must never see a token.
 */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export const commit = "0123456789abcdef0123456789abcdef01234567";
export const repository = "acme/tiny-coder";

export interface HubRequest {
  server: "hub" | "storage";
  path: string;
  authorization: string | undefined;
  range: string | undefined;
  status: number;
}

/** What goes wrong; set and changed by a test at any time. Each fault affects every file unless it says otherwise. */
export interface Faults {
  /** Ends the connection after this many bytes of a large file, this many times. */
  cut?: { after: number; times: number };
  /** Listed instead of the true size. */
  listedSize?: number;
  /** Sent instead of the true content of large files. */
  content?: Buffer;
  /** Ignores Range. */
  noRanges?: boolean;
  /** Requests without this token get 401, or 403 if gated. */
  token?: string;
  gated?: boolean;
  /** Sent first, once each, whatever the request. */
  answers?: { status: number; headers?: Record<string, string> }[];
  /** Milliseconds between kilobytes of large files. */
  slowness?: number;
  /** Answers of the API. */
  api?: string;
}

export interface FakeHub {
  url: string;
  requests: HubRequest[];
  faults: Faults;
  files: Map<string, Buffer>;
  close(): Promise<void>;
}

/** @param large names of files that are stored apart, with SHA-256; all others are small, with git's digest */
export async function startFakeHub(
  files: Map<string, Buffer>,
  large: (name: string) => boolean = (name) => name.endsWith(".safetensors"),
): Promise<FakeHub> {
  const requests: HubRequest[] = [];
  const hub: FakeHub = { url: "", requests, faults: {}, files, close };

  const note = (
    server: HubRequest["server"],
    { url = "", headers }: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const entry = { server, path: url, authorization: headers.authorization, range: headers.range, status: 0 };
    requests.push(entry);
    response.on("close", () => (entry.status = response.statusCode));
  };

  const storage = await listen((request, response) => {
    note("storage", request, response);
    const name = (request.url ?? "").slice(1);
    void send(request, response, hub.faults.content ?? files.get(name) ?? Buffer.alloc(0), hub.faults);
  });
  const api = await listen((request, response) => {
    note("hub", request, response);
    const { faults } = hub;
    const answer = faults.answers?.shift();
    if (answer) return response.writeHead(answer.status, answer.headers).end();
    const { pathname } = new URL(request.url ?? "", hub.url);
    if (faults.token !== undefined && request.headers.authorization !== `Bearer ${faults.token}`) {
      return fail(response, faults.gated ? 403 : 401, faults.gated ? "GatedRepo" : undefined);
    }
    const revision = /^\/api\/models\/acme\/tiny-coder\/revision\/(.+)$/.exec(pathname)?.[1];
    if (revision !== undefined) {
      if (!["main", "HEAD", "v1", commit].includes(revision)) return fail(response, 404, "RevisionNotFound");
      return json(response, faults.api ?? JSON.stringify({ _id: "1", id: repository, sha: commit, lastModified: 0 }));
    }
    if (pathname === `/api/models/${repository}/tree/${commit}`) return tree(request, response);
    const name = new RegExp(`^/${repository}/resolve/${commit}/(.+)$`).exec(pathname)?.[1];
    const content = name === undefined ? undefined : files.get(name);
    if (name === undefined || !content) return fail(response, 404, "RepoNotFound");
    if (large(name)) return response.writeHead(302, { location: `${origin(storage)}/${name}` }).end();
    return void send(request, response, content, { noRanges: faults.noRanges ?? false });
  });
  hub.url = origin(api);

  /** In two pages, because a long list has several. */
  function tree(request: IncomingMessage, response: ServerResponse): void {
    const entries = [...files].map(([path, content]) => {
      const size = hub.faults.listedSize ?? content.length;
      const oid = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { type: "file", path, size, oid, ...(large(path) && { lfs: { oid: sha256, size, pointerSize: 130 } }) };
    });
    const second = new URL(request.url ?? "", hub.url).searchParams.has("cursor");
    const half = Math.ceil(entries.length / 2);
    if (!second)
      response.setHeader("link", `<${hub.url}/api/models/${repository}/tree/${commit}?cursor=2>; rel="next"`);
    json(
      response,
      JSON.stringify([...(second ? entries.slice(half) : entries.slice(0, half)), { type: "directory", path: "onnx" }]),
    );
  }

  async function close(): Promise<void> {
    for (const server of [api, storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  return hub;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  faults: Faults,
): Promise<void> {
  const from = faults.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const partial = !faults.noRanges && request.headers.range !== undefined && content.length > 0;
  if (partial) response.setHeader("content-range", `bytes ${from}-${content.length - 1}/${content.length}`);
  response.writeHead(partial ? 206 : 200, { "content-length": content.length - from }).flushHeaders();
  const cut = faults.cut && faults.cut.times-- > 0 ? faults.cut.after : Infinity;
  for (let at = from; at < content.length && !response.destroyed; at += 1024) {
    if (at - from >= cut) {
      await sleep(5); // By then, the data written before is on its way.
      return void response.destroy();
    }
    response.write(content.subarray(at, at + 1024));
    await sleep(faults.slowness ?? 0);
  }
  response.end();
}

function fail(response: ServerResponse, status: number, code: string | undefined): void {
  response.writeHead(status, { ...(code !== undefined && { "x-error-code": code }) }).end('{"error":"no"}');
}

function json(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(text);
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
