"""Outcomes as values: a function that can fail returns a Result, and never raises."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    value: Any = None
    problem: str | None = None

    @property
    def ok(self) -> bool:
        return self.problem is None


def success(value: Any = None) -> Result:
    return Result(value=value)


def failure(problem: str) -> Result:
    return Result(problem=problem)
