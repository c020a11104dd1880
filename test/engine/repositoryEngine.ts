/** The engine's bundle with the repository process only, which loads nothing native. */

import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { serveRepository } from "../../extension/engine/servers/repositoryServer.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const quiet = (): void => undefined;
serveRepository(connection, { debug: quiet, info: quiet, warn: quiet, error: quiet });
process.once("disconnect", () => process.exit(0));
connection.listen();
