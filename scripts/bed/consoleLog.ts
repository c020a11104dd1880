/** A log that writes to standard error, for scripts. */

import type { Log } from "../../extension/core/foundation/log.ts";

export const consoleLog: Log = {
  debug: () => {},
  info: (message) => console.error(message),
  warn: (message) => console.error(`Warning: ${message}`),
  error: (message) => console.error(`Error: ${message}`),
};
