/**
 * Makes this process load the CUDA libraries, if they are set up and the command may use them. The entry point imports it first,
 * because ONNX Runtime is loaded by a later import.
 */

import { dirname } from "node:path";
import { cudaEnvironment } from "../core/devices/cuda/cudaEnvironment.ts";
import { askedDevice } from "./askedDevice.ts";
import { findPlaces } from "./places.ts";

const device = askedDevice(process.argv.slice(2));
const { home } = findPlaces(process.env, process.platform, dirname(import.meta.dirname));
Object.assign(process.env, cudaEnvironment(home, device));
