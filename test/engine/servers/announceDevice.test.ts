import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { deviceOpens } from "../../../extension/engine/protocol/completion.ts";
import { announceDevice } from "../../../extension/engine/servers/announceDevice.ts";
import { answer } from "../../../extension/engine/wire.ts";

const connections: MessageConnection[] = [];
afterEach(() => connections.splice(0).forEach((connection) => connection.dispose()));

/** Announces a device to an editor that does this, and returns what is logged. */
async function logOf(editor: () => Promise<null>, limit?: number): Promise<string[]> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
  const engine = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  connections.push(server, engine);
  answer(server, deviceOpens, editor);
  for (const connection of [server, engine]) connection.listen();
  const lines: string[] = [];
  await announceDevice(engine, "webgpu", { ...silentLog, warn: (line) => void lines.push(line) }, limit);
  return lines;
}

test("the engine goes on without an editor that never answers, and says so", async () => {
  const lines = await logOf(() => new Promise(() => undefined), 20);
  expect(lines).toEqual([expect.stringContaining("webgpu")]);
});

test("an answer is no line, and a failure is the editor's", async () => {
  expect(await logOf(() => Promise.resolve(null))).toEqual([]);
  await expect(logOf(() => Promise.reject(new Error("internal: no")))).rejects.toThrow("internal: no");
});
