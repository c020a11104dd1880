import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { HubSettings } from "../../../extension/core/hub/hubConnection.ts";
import { hubBed } from "./hubBed.ts";

const bed = hubBed();

describe("connectToHub keeps passwords to itself", () => {
  const said = async (settings: HubSettings): Promise<string> => {
    const told: string[] = [];
    const note = (text: string): void => void told.push(text);
    const log = { debug: note, info: note, warn: note, error: note };
    const error: unknown = await bed.download(settings, { log }).catch((thrown: unknown) => thrown);
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

describe("connectToHub", () => {
  test("goes through the proxy for all that is not excepted", async () => {
    const { proxy, url, asked } = await startProxy();
    await bed.download({ proxy: url });
    expect(new Set(asked).size).toBe(2); // The hub and its storage.
    const before = asked.length;
    await rm(bed.folder, { recursive: true });
    await bed.download({ proxy: url, noProxy: "localhost,127.0.0.1" });
    expect(asked.length).toBe(before);
    proxy.closeAllConnections();
    proxy.close();
  });
});

/** Starts a proxy that tunnels and records the targets. */
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
