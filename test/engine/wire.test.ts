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
import { english, say, spoken, type Said } from "../../extension/core/foundation/words/said.ts";
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
  test("a UserError arrives as one, with its code and with texts that can be translated", async () => {
    const why = say`${"9 GB"} are free`;
    const thrown = new UserError("disk-full", say`Cannot write ${"a.bin"}: ${why}.`, say`Free some space.`);
    const failure = await failureOf((server) => answer(server, question, () => Promise.reject(thrown)));
    expect(failure).toBeInstanceOf(UserError);
    const { said, ...error } = failure as UserError;
    expect(error).toMatchObject({ code: "disk-full", nextStep: "Free some space." });
    expect((failure as UserError).message).toBe("Cannot write a.bin: 9 GB are free.");
    const german: Record<string, string> = {
      "Cannot write {0}: {1}.": "{0} ist nicht zu schreiben: {1}.",
      "{0} are free": "frei sind {0}",
      "Free some space.": "Schaffen Sie Platz.",
    };
    const inGerman = (text: Said): string =>
      spoken(text, (template, values) => english({ template: german[template]!, values }));
    expect(inGerman(said.message)).toBe("a.bin ist nicht zu schreiben: frei sind 9 GB.");
    expect(inGerman(said.nextStep)).toBe("Schaffen Sie Platz.");
  });

  test.each([
    ["without its texts", { code: "disk-full" }],
    ["with texts of another form", { code: "disk-full", message: "Odd.", nextStep: { template: 1, values: [] } }],
  ])("a UserError %s arrives as a bug, with its message", async (_, user) => {
    const failure = await failureOf((server) =>
      server.onRequest(question.method, () => new ResponseError(ErrorCodes.InternalError, "Odd.", { user })),
    );
    expect(failure).not.toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ message: "Odd." });
  });

  test("a code that is none of ours arrives as a bug, with its message", async () => {
    const failure = await failureOf((server) =>
      server.onRequest(
        question.method,
        () =>
          new ResponseError(ErrorCodes.InternalError, "Odd.", {
            user: { code: "odd", message: say`Odd.`, nextStep: say`Wait.` },
          }),
      ),
    );
    expect(failure).not.toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ message: "Odd." });
  });
});
