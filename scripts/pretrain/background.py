"""Run a command at the lowest priority, and hold it while a file exists.

    python background.py --pause PATH -- python train.py --work WORK ...

Others measure on the same machine at times: within two seconds of the file's appearance the command and all that it has
started are stopped, and they go on when it is gone.  Ctrl-C and SIGTERM end both.
"""
from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

INTERVAL = 1.0


def leave_room(pid: int) -> None:
    """Lower the priority of the session of `pid`: Linux shares the processors among sessions, and "nice" counts only within one."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text("19")
    except OSError:
        pass


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pause", type=Path, required=True, help="the file that holds the command")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    # Threads that wait for each other must not burn the time that is left to them, and memory that each step gives back and
    # takes anew costs a fifth of it.
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "MALLOC_MMAP_THRESHOLD_": str(1 << 32), "MALLOC_TRIM_THRESHOLD_": str(1 << 33), **os.environ}
    command = ["nice", "-n", "19", *[word for word in args.command if word != "--"]]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    leave_room(process.pid)

    def end(*_: object) -> None:
        for number in (signal.SIGCONT, signal.SIGTERM):
            os.killpg(process.pid, number)
        sys.exit(1)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    is_held = False
    while process.poll() is None:
        if args.pause.exists() != is_held:
            is_held = not is_held
            os.killpg(process.pid, signal.SIGSTOP if is_held else signal.SIGCONT)
        time.sleep(INTERVAL)
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
