"""Tasks that run one after the other, with asyncio."""

import asyncio
import contextlib
import enum
import itertools
import logging
import time

log = logging.getLogger("queue")


class State(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Task:
    _ids = itertools.count(1)

    def __init__(self, name, function, *args, priority=0, **kwargs):
        self.id = next(self._ids)
        self.name = name
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.priority = priority
        self.state = State.WAITING
        self.result = None
        self.error = None

    def __lt__(self, other):
        return (-self.priority, self.id) < (-other.priority, other.id)

    def __repr__(self):
        return f"<Task {self.id} {self.name!r} {self.state.value}>"

    async def run(self):
        self.state = State.RUNNING
        started = time.monotonic()
        try:
            self.result = await self.function(*self.args, **self.kwargs)
        except Exception as error:
            self.error = error
            self.state = State.FAILED
            log.exception("task %s failed", self.name)
        else:
            self.state = State.DONE
        finally:
            elapsed = time.monotonic() - started
            log.debug("task %s took %.3f s", self.name, elapsed)


class TaskQueue:
    def __init__(self, workers=2):
        self.queue = asyncio.PriorityQueue()
        self.workers = workers
        self._running = []

    async def put(self, task):
        await self.queue.put(task)
        return task

    async def _work(self):
        while True:
            task = await self.queue.get()
            try:
                await task.run()
            finally:
                self.queue.task_done()

    async def __aenter__(self):
        for _ in range(self.workers):
            self._running.append(asyncio.create_task(self._work()))
        return self

    async def __aexit__(self, exc_type, exc, tb):
        await self.queue.join()
        for worker in self._running:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker


async def main():
    async with TaskQueue(workers=4) as tasks:
        for i in range(10):
            await tasks.put(Task(f"sleep {i}", asyncio.sleep, 0.1))


if __name__ == "__main__":
    asyncio.run(main())
