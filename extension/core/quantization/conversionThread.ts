/** A worker thread that converts pieces in order of arrival. Only converters.ts uses it. */

import { parentPort } from "node:worker_threads";
import { convert, type Piece } from "./convert.ts";

parentPort?.on("message", (piece: Piece) => {
  const converted = convert(piece);
  parentPort?.postMessage(converted, converted ? [converted.values.buffer, converted.scales.buffer] : []);
});
