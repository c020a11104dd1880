"""Runs one program of a model against its checks, within limits, and reports the result.

Reads a job as JSON from standard input. Writes lines of JSON to standard output: {"begun": CASE} at the start of each case, and
one verdict at the end. The program has access to neither: its standard input and output are files without a name.
programProcess.ts protects the machine and enforces the time limits from outside. Only Python's own library is needed.
"""

import errno
import json
import math
import os
import sys
import tempfile
import time
import types

try:
    import resource
except ImportError:  # Windows has no limits.
    resource = None

# apps_metric puts this in front of every solution of APPS.
PRELUDE = """
import sys, time, itertools, collections, math, fractions, random, heapq
from itertools import accumulate, product, permutations, combinations
from collections import Counter, OrderedDict, deque, defaultdict, ChainMap
from functools import lru_cache
from math import sqrt, sin, cos, tan, ceil, fabs, floor, gcd, exp, log, log2
from typing import List, Tuple
from heapq import *
try:
    import numpy as np
except ImportError:
    pass
"""

# Bytes to free when a program fails: reporting that it ran out of memory takes some memory.
RESERVE = 64 << 20


class Failed(Exception):
    """The verdict on a program that does not pass: a reason, and a line about it."""


def main():
    job = json.load(sys.stdin.buffer)
    program, checks, limits = job["program"], job["checks"], job["limits"]
    report = os.dup(1)

    def tell(**message):
        os.write(report, json.dumps(message).encode() + b"\n")

    files = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    prelude = {}
    if checks["kind"] == "cases":
        exec(PRELUDE, prelude)
    if checks["kind"] == "program":
        cases = program_case
    else:
        cases = function_cases if checks.get("functionName") else script_cases
    reserve = [bytearray(RESERVE)]
    set_limits(limits, checks)
    try:
        for number, (given, check) in enumerate(cases(program, checks, prelude)):
            tell(begun=number)
            allow_time(limits["cpuSeconds"])
            printed = connect(files, given, limits["outputBytes"])
            try:
                check(printed)
                printed()
            except Failed:
                raise
            except BaseException as error:
                reserve.clear()
                raise Failed(*reason_of(error)) from None
        tell(passed=True)
    except Failed as failed:
        reason, detail = failed.args
        tell(passed=False, reason=reason, detail=detail[:500])
    os._exit(0)  # Skips the program's exit handlers.


# ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_limits(limits, checks):
    inputs = [text_of(given).encode() for given in checks.get("inputs", [])]
    limit("AS", limits["memoryBytes"] + RESERVE, limits["memoryBytes"] + RESERVE)
    limit("CPU", None, math.ceil(limits["cpuSeconds"] + 1) * max(1, len(inputs)) + 60)
    limit("FSIZE", None, max([limits["outputBytes"], *map(len, inputs)]))
    limit("NPROC", limits["threads"], limits["threads"])
    limit("NOFILE", 64, 64)
    limit("MSGQUEUE", 0, 0)
    limit("CORE", 0, 0)


def limit(name, soft=None, hard=None):
    """Sets a limit and its maximum, which can only decrease. Without `soft`, the limit is the maximum."""
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    highest = resource.getrlimit(kind)[1]
    if hard is not None:
        highest = hard if highest == resource.RLIM_INFINITY else min(hard, highest)
    try:
        resource.setrlimit(kind, (highest if soft is None else soft, highest))
    except (OSError, ValueError):
        pass  # macOS has no memory limit, or a lower limit already holds.


def allow_time(seconds):
    """Gives each case the same processor time. The system counts it from the start of the process."""
    limit("CPU", math.ceil(time.process_time() + seconds))


# ── Input and output ─────────────────────────────────────────────────────────────────────────────────────────────────


def connect(files, given, most):
    """Makes `given` the standard input. Returns a function that returns the output from now on, at most `most` bytes."""
    limit("FSIZE")
    for file in files:
        file.seek(0)
        file.truncate()
    source, target = files
    source.write(given.encode())
    source.seek(0)
    limit("FSIZE", most)
    for descriptor, file in enumerate([source, target, target]):
        os.dup2(file.fileno(), descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = out = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)

    def printed():
        out.flush()
        target.seek(0)
        return target.read().decode(errors="replace")

    return printed


def reason_of(error):
    if isinstance(error, MemoryError):
        return "memory", "It needs more memory than it may have."
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return "output", "It writes more than it may."
    try:
        text = ": ".join(filter(None, [type(error).__name__, str(error)]))
    except BaseException:
        text = type(error).__name__
    return "wrong" if isinstance(error, AssertionError) else "exception", text


# ── The kinds of checks: each yields, case by case, a standard input and an action ───────────────────────────────────


def program_case(program, checks, _):
    """HumanEval and MBPP: the solution, then its tests, in one module that is not the main module."""

    def check(_):
        module = new_module("solution")
        exec(compile(program, "solution.py", "exec"), module)
        exec(compile(checks["code"], "checks.py", "exec"), module)

    yield "", check


def script_cases(program, checks, prelude):
    """APPS: a program that reads and prints, run again for each case."""
    for given, expected in zip(checks["inputs"], checks["outputs"]):

        def check(printed):
            try:
                exec(compile(program, "solution.py", "exec"), new_module("__main__", prelude))
            except SystemExit:
                pass
            if not prints_alike(printed(), text_of(expected)):
                raise Failed("wrong", f"It prints {printed()[:200]!r}, not {text_of(expected)[:200]!r}.")

        yield text_of(given), check


def function_cases(program, checks, prelude):
    """APPS: a function, or a method of the class Solution, called for each case."""
    module = new_module("solution", prelude)
    for number, (arguments, expected) in enumerate(zip(checks["inputs"], checks["outputs"])):

        def check(_):
            if number == 0:
                exec(compile(program, "solution.py", "exec"), module)
            name = checks["functionName"]
            function = getattr(module["Solution"](), name) if "class Solution" in program else module[name]
            result = function(*with_number_keys(arguments))
            if not returns_alike(result, expected):
                raise Failed("wrong", f"It returns {repr(result)[:200]}, not {repr(expected)[:200]}.")

        yield "", check


def new_module(name, content=()):
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(content, __name__=name)
    return module.__dict__


# ── Comparison, as in the testing_util.py of APPS ────────────────────────────────────────────────────────────────────


def text_of(lines):
    return "\n".join(map(str, lines)) if isinstance(lines, list) else str(lines)


def prints_alike(printed, expected):
    """Equal except for white space at the ends of lines and texts; or close numbers, one per line; or the same set of
    lines, each as the set of its words."""
    lines = printed.splitlines()
    for text in ("\n".join(lines), "\n".join(line.strip() for line in lines)):
        if text.strip() == expected.strip():
            return True
    wanted = [line.strip() for line in expected.split("\n") if line]
    filled = [line for line in lines if line]
    if wanted in (lines, filled):
        return True
    try:
        pairs = [(float(one), float(other)) for one, other in zip(filled, wanted)]
        if len(filled) == len(wanted) and all(close(*pair) for pair in pairs):
            return True
    except ValueError:
        pass

    def sets(of, word):
        return {frozenset(map(word, line.split())) for line in of}

    lines = [line for line in lines if line.split()]
    if sets(lines, str) == sets(wanted, str):
        return True
    try:
        return sets(lines, rounded) == sets(wanted, rounded)
    except (ValueError, OverflowError):
        return False


def close(number, expected):
    """numpy.isclose"""
    return number == expected or math.isfinite(expected) and abs(number - expected) <= 1e-8 + 1e-5 * abs(expected)


def rounded(word):
    return round(float(word), 3)


def returns_alike(result, expected):
    """Equal, or equal to the first of the expected list; tuples count as lists."""
    expected = with_number_keys([expected]) if isinstance(expected, dict) else with_number_keys(expected)
    first = expected[0] if isinstance(expected, list) and expected else expected
    result = list(result) if isinstance(result, tuple) else result
    if bool(result == expected) or bool(result == first):
        return True
    return isinstance(result, list) and bool(result) and isinstance(result[0], tuple) and list(map(list, result)) == first


def with_number_keys(values):
    """Restores the keys of a dictionary in first place, which JSON turned into strings."""
    if not isinstance(values, list) or not values or not isinstance(values[0], dict):
        return values
    try:
        return [{int(key): value for key, value in values[0].items()}, *values[1:]]
    except ValueError:
        return values


main()
