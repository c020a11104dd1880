/**
 * The entry point of an engine process: one bundle, forked for one role, which ends with the editor.
 *
 * Only sets up the connection; each role answers in its own file, and loads nothing that only the others need: ONNX Runtime
 * alone takes 50 MB.
 */

import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { Log } from "../core/foundation/log.ts";
import { logged, type LogMessage, type Role } from "./protocol/roles.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

function tell(level: LogMessage["level"]): (message: string) => void {
  // If a message cannot be sent, its receiver is gone.
  return (message) => void connection.sendNotification(logged, { level, message }).catch(() => undefined);
}

const log: Log = {
  debug: tell("debug"),
  info: tell("info"),
  warn: tell("warn"),
  error: tell("error"),
};

type Serve = (connection: MessageConnection, log: Log) => void;

const servers: Readonly<Record<Role, () => Promise<Serve>>> = {
  completion: async () => (await import("./servers/completionServer.ts")).serveCompletion,
  library: async () => (await import("./servers/libraryServer.ts")).serveLibrary,
  repository: async () => (await import("./servers/repositoryServer.ts")).serveRepository,
  training: async () => (await import("./servers/trainingServer.ts")).serveTraining,
  import: async () => (await import("./servers/importServer.ts")).serveImport,
  evaluation: async () => (await import("./servers/evaluationServer.ts")).serveEvaluation,
  probe: async () => (await import("./servers/probeServer.ts")).serveProbe,
};

// The editor is gone, or has closed the pipe: no caller waits for running work.
process.once("disconnect", () => process.exit(0));
const serve = await servers[process.argv[2] as Role]();
serve(connection, log);
// Node has kept the messages that arrived meanwhile.
connection.listen();
