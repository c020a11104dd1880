/** The engine's bundle with the training process only. */

import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { serveTraining } from "../../extension/engine/servers/trainingServer.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
serveTraining(connection, silentLog);
process.once("disconnect", () => process.exit(0));
connection.listen();
