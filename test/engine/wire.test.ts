import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import {
  createMessageConnection,
  ErrorCodes,
  RequestType,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { UserError } from "../../extension/core/foundation/errors.ts";
import { answer, ask, type ErrorData } from "../../extension/engine/wire.ts";

const question = new RequestType<string, string, ErrorData>("question");
const connections: MessageConnection[] = [];
afterEach(() => connections.splice(0).forEach((connection) => connection.dispose()));

function connected(): { client: MessageConnection; server: MessageConnection } {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
  const client = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  connections.push(server, client);
  return { client, server };
}

async function failureOf(answering: (server: MessageConnection) => void): Promise<unknown> {
  const { client, server } = connected();
  answering(server);
  server.listen();
  client.listen();
  return await ask(client, question, "?").catch((error: unknown) => error);
}

describe("ask", () => {
  test("a UserError arrives as one, with its code", async () => {
    const failure = await failureOf((server) =>
      answer(server, question, () => Promise.reject(new UserError("disk-full", "Full.", "Free some space."))),
    );
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: "disk-full", message: "Full.", nextStep: "Free some space." });
  });

  test("a code that is none of ours arrives as a bug, with its message", async () => {
    const failure = await failureOf((server) =>
      server.onRequest(
        question.method,
        () => new ResponseError(ErrorCodes.InternalError, "Odd.", { user: { code: "odd", nextStep: "Wait." } }),
      ),
    );
    expect(failure).not.toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ message: "Odd." });
  });
});
