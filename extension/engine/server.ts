/**
 * The entry point of an engine process: one bundle, forked for one role, which ends with the editor.
 *
 * Only sets up the connection; each role answers in its own file.
 */

import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import type { Log } from "../core/foundation/log.ts";
import { serveCompletion } from "./servers/completionServer.ts";
import { serveEvaluation } from "./servers/evaluationServer.ts";
import { serveImport } from "./servers/importServer.ts";
import { serveLibrary } from "./servers/libraryServer.ts";
import { logged, type LogMessage, type Role } from "./protocol.ts";
import { serveProbe } from "./servers/probeServer.ts";
import { serveRepository } from "./servers/repositoryServer.ts";
import { serveTraining } from "./servers/trainingServer.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

function tell(level: LogMessage["level"]): (message: string) => void {
  // If a message cannot be sent, its reader is gone.
  return (message) => void connection.sendNotification(logged, { level, message }).catch(() => undefined);
}

const log: Log = {
  debug: tell("debug"),
  info: tell("info"),
  warn: tell("warn"),
  error: tell("error"),
};

const serve: Readonly<Record<Role, typeof serveCompletion>> = {
  completion: serveCompletion,
  library: serveLibrary,
  repository: serveRepository,
  training: serveTraining,
  import: serveImport,
  evaluation: serveEvaluation,
  probe: serveProbe,
};
serve[process.argv[2] as Role](connection, log);

// The editor is gone, or has closed the pipe: nobody waits for running work.
process.once("disconnect", () => process.exit(0));
connection.listen();
