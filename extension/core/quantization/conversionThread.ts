/** A thread that converts pieces in the order in which they come. Only converters.ts talks to it. */

import { parentPort } from "node:worker_threads";
import { convert, type Piece } from "./convert.ts";

parentPort?.on("message", (piece: Piece) => {
  const converted = convert(piece);
  parentPort?.postMessage(converted, converted ? [converted.values.buffer, converted.scales.buffer] : []);
});
