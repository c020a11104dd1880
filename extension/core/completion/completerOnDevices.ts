/** A completer that continues on the next device if its own fails, on opening or in the middle of a completion. */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import { withFallback, type FallbackOptions } from "../devices/placements.ts";
import { deviceNames, DeviceFailure, onCpu, type Device, type Placement } from "../runtime/device.ts";
import type { ChosenFolder } from "./adapterCache.ts";
import { openCompleter, type Completer, type CompleterOptions } from "./completer.ts";

export interface CompleterOnDevices extends Completer {
  /** The device that completes now. */
  readonly device: Device;
}

export interface OnDevicesOptions extends FallbackOptions, Pick<CompleterOptions, "contextTokens" | "expected"> {
  /** Called and awaited before a device is opened, which may end the process. */
  readonly onOpen?: (device: Device) => Promise<unknown>;
}

/** @param open opens a completer; tests replace it */
export async function openCompleterOnDevices(
  base: InstalledBase,
  placements: readonly Placement[],
  options: OnDevicesOptions,
  open = (placement: Placement, expected: readonly ChosenFolder[]): Promise<Completer> =>
    openCompleter(base, { placement, expected, contextTokens: options.contextTokens }),
): Promise<CompleterOnDevices> {
  const { log, onFallback, onOpen } = options;
  let rest = placements;
  let device: Device = "cpu";
  let adapters: readonly ChosenFolder[] = [];
  let { expected = [] } = options;

  /** Opens a completer on the first of `rest` that works, and keeps the placements after it. */
  const openNext = (): Promise<Completer> =>
    withFallback(rest, options, async (placement) => {
      rest = placements.slice(placements.indexOf(placement) + 1);
      ({ device } = placement);
      await onOpen?.(device);
      const opened = await open(placement, expected);
      if (adapters.length > 0) await opened.useAdapters(adapters);
      return opened;
    });

  let current = openNext();
  let last = await current;

  const moveOn = (failed: Promise<Completer>, failure: DeviceFailure): void => {
    const next = (rest[0] ?? onCpu).device;
    log.warn(`${failure.message} Going on with the ${deviceNames[next]}.`);
    onFallback?.(failure, next);
    void failed.then((completer) => completer.release()).catch(() => undefined);
    current = openNext();
  };

  const steady = async <T>(work: (completer: Completer) => Promise<T>): Promise<T> => {
    for (;;) {
      const now = current;
      try {
        last = await now;
        return await work(last);
      } catch (error) {
        if (!(error instanceof DeviceFailure)) throw error;
        // Two requests may fail at once, and only the first moves on.
        if (current !== now) continue;
        if (rest.length === 0) throw error;
        moveOn(now, error);
      }
    }
  };

  return {
    get device() {
      return device;
    },
    shownPrompt: (request) => last.shownPrompt(request),
    get contextTokens() {
      return last.contextTokens;
    },
    complete: (request, signal) => steady((completer) => completer.complete(request, signal)),
    prepare: (request, signal) => steady((completer) => completer.prepare(request, signal)),
    useAdapters: async (wanted) => {
      const swapped = await steady((completer) => completer.useAdapters(wanted));
      adapters = expected = wanted;
      return swapped;
    },
    // A completer that could not be opened holds nothing to release.
    release: async () => (await current.catch(() => undefined))?.release(),
  };
}
