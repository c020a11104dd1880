/** Changes the order of the waiting runs: by dragging, with buttons, or with Alt and an arrow key. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { HTMLAttributes, JSX } from "preact";
import type { FromStudies, OpenStudy, RunView } from "../../protocol/study.ts";
import { t } from "../../shared/l10n.ts";

export interface Order {
  /** The runs in their order, by their positions in the plan. */
  readonly runs: readonly number[];
  /** Whether there is anything to change. */
  readonly isOpen: boolean;
  /** The new place of a moved run, for screen readers. */
  readonly told: string;
  /** The keys and the dragging of a run's row. */
  row(run: number): HTMLAttributes<HTMLTableRowElement>;
  /** The controls of a run; null for one that cannot move. */
  controls(run: number): JSX.Element | null;
}

export function useOrder({ runs, order, phase }: OpenStudy, post: (message: FromStudies) => void): Order {
  const waiting = order.filter((run) => runs[run]!.canMove);
  const isOpen = waiting.length > 1 && (phase === "ready" || phase === "running" || phase === "pausing");
  const [dragged, setDragged] = useState<{ run: number; over?: number }>();
  const [told, setTold] = useState("");
  const moved = useRef<{ run: number; focused: Element | null } | undefined>(undefined);
  const canMove = (run: number): boolean => isOpen && waiting.includes(run);
  const move = (run: number, by: number): void => {
    const place = waiting.indexOf(run) + by;
    if (by === 0 || place < 0 || place >= waiting.length) return;
    moved.current = { run, focused: document.activeElement };
    post({ type: "move", run, by });
  };
  useLayoutEffect(() => {
    const last = moved.current;
    moved.current = undefined;
    if (!last) return;
    // A row that moves in the page loses the focus.
    if (last.focused instanceof HTMLElement && last.focused.isConnected) last.focused.focus();
    const place = waiting.indexOf(last.run) + 1;
    setTold(t("{0}: place {1} of {2} to come.", nameOf(runs[last.run]!), place, waiting.length));
  }, [order]);

  const dropped = (onto: number): void => {
    if (dragged && canMove(onto)) move(dragged.run, waiting.indexOf(onto) - waiting.indexOf(dragged.run));
    setDragged(undefined);
  };
  return {
    runs: order,
    isOpen,
    told: waiting.length > 0 ? told : "",
    row: (run) =>
      canMove(run)
        ? {
            class: dropPlace(waiting, dragged, run),
            onKeyDown: (event) => {
              const isArrow = event.key === "ArrowUp" || event.key === "ArrowDown";
              if (!event.altKey || !isArrow) return;
              event.preventDefault();
              move(run, event.key === "ArrowUp" ? -1 : 1);
            },
            onDragOver: (event) => {
              if (!dragged) return;
              event.preventDefault();
              if (dragged.over !== run) setDragged({ run: dragged.run, over: run });
            },
            onDrop: (event) => {
              event.preventDefault();
              dropped(run);
            },
            onDragEnd: () => setDragged(undefined),
          }
        : {},
    controls: (run) =>
      canMove(run) ? (
        <Controls
          name={nameOf(runs[run]!)}
          isFirst={run === waiting[0]}
          isLast={run === waiting.at(-1)}
          move={(by) => move(run, by)}
          drag={() => setDragged({ run })}
        />
      ) : null,
  };
}

interface ControlsProps {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  move: (by: number) => void;
  drag: () => void;
}

function Controls({ name, isFirst, isLast, move, drag }: ControlsProps) {
  return (
    <span class="order">
      <span
        class="grip"
        aria-hidden="true"
        title={t("Drag to change the order")}
        draggable
        onDragStart={({ dataTransfer }) => {
          // Firefox starts no drag without data.
          dataTransfer?.setData("text/plain", name);
          drag();
        }}
      />
      <Step label={t("Move up: {0}", name)} keys="Alt+ArrowUp" isOff={isFirst} onClick={() => move(-1)}>
        ↑
      </Step>
      <Step label={t("Move down: {0}", name)} keys="Alt+ArrowDown" isOff={isLast} onClick={() => move(1)}>
        ↓
      </Step>
    </span>
  );
}

interface StepProps {
  label: string;
  keys: string;
  isOff: boolean;
  onClick: () => void;
  children: string;
}

/** Stays focusable at the end of the list, so that the focus stays where the keys are pressed. */
function Step({ label, keys, isOff, onClick, children }: StepProps) {
  const shown = keys.replace("Arrow", "");
  return (
    <button
      type="button"
      class="step"
      aria-label={label}
      title={`${label} (${shown})`}
      aria-keyshortcuts={keys}
      aria-disabled={isOff}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** The edge of the row where the dragged run will land. */
function dropPlace(
  waiting: readonly number[],
  dragged: { run: number; over?: number } | undefined,
  run: number,
): string | undefined {
  if (!dragged || dragged.over !== run || dragged.run === run) return undefined;
  return waiting.indexOf(dragged.run) < waiting.indexOf(run) ? "drop-below" : "drop-above";
}

function nameOf({ candidate, suite, seed }: RunView): string {
  return t("{0} on {1}, seed {2}", candidate, suite, seed);
}
