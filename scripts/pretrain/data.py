"""Training rows: what the completer asks, plain files of one package, and a few instructions.

A gap is asked as `extension/core/completion/prompt.ts` asks it,

    <|file_sep|>path\\n<|fim_prefix|><|fim_suffix|>suffix<|fim_middle|>prefix middle<|endoftext|>

with the prefix from the start of a line on and at most SUFFIX tokens of suffix.  Prefix and middle are encoded as one text: the
completer takes back what the text behind may change (token healing), so that the model writes the whole tokens of a text.  The
end token says one thing only: the suffix begins.
After the rest of a line the completer stops by its own rule; there the end is not counted, for it would teach that any line
may be the last.

Some gaps have files in front, `<|file_sep|>path\\ncontent`, with what the file imports from its package, as the repository's
context has it.  Plain rows are cut from `<|repo_name|>package\\n` and files, those first that others import.
"""
from __future__ import annotations

import json
import lzma
import random
from contextlib import ExitStack
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Iterator

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from holes import LINE, Source, definition, draw, imported, instructions
from tokenizer import EOS, FILE_SEP, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX, REPO_NAME

File = tuple[str, str, str]  # package, path, text
FILES_PER_GROUP = 8
MAX_PREFIX = 3600  # characters
SUFFIX, PATH_TOKENS, PATH_SEGMENTS = 64, 32, 3  # as in prompt.ts and completer.ts
PLAIN_ROWS = 3  # of eight
HOLES_PER_FILE = 6  # of one drawing: parsing costs more than cutting
PAIR_SHARE, CONTEXT_SHARE, NO_SUFFIX = 0.08, 0.25, 0.08
MIDDLE_WEIGHT = 3
POOL = 192  # samples that wait for a row, so that those of one file lie apart
PACKAGE_POWER = 0.5  # a package is drawn by its size to this power


def read_files(path: Path) -> list[File]:
    """(package, path, text) of every file of a split, PATH or its parts PATH.0.xz, PATH.1.xz, ... that move more easily."""
    parts = [path.open()] if path.exists() else [lzma.open(part, "rt") for part in sorted(path.parent.glob(f"{path.name}.*.xz"))]
    with ExitStack() as stack:
        lines = chain.from_iterable(map(stack.enter_context, parts))
        return [(row["package"], row["path"], row["text"]) for row in map(json.loads, lines)]


def length_up_to(limit: int, rng: random.Random) -> int:
    """A length whose logarithm is uniform."""
    return int(100 * (limit / 100) ** rng.random())


class Sampler:
    """Packed rows of gaps and instructions."""

    def __init__(self, files: list[File], tokenizer: Tokenizer, rng: random.Random) -> None:
        self.rng = rng
        self.packages: dict[str, list[File]] = {}
        for file in files:
            self.packages.setdefault(file[0], []).append(file)
        self.names = list(self.packages)
        self.sizes = [sum(len(text) for _, _, text in self.packages[name]) ** PACKAGE_POWER for name in self.names]
        self.modules = {name: {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for _, path, _ in own}
                        for name, own in self.packages.items()}
        self.encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.pre, self.suf, self.mid, self.eos, self.sep = (
            tokenizer.token_to_id(t) for t in (FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE, EOS, FILE_SEP))
        self.pool: list[tuple[list[int], list[int]]] = []

    def header(self, path: str) -> list[int]:
        """The end of a path, as the completer tells it."""
        return [self.sep, *self.encode("/".join(path.split("/")[-PATH_SEGMENTS:]) + "\n")[-PATH_TOKENS:]]

    def fill(self, length: int) -> None:
        """Samples of one file, drawn by its size within a package."""
        own = self.packages[self.rng.choices(self.names, self.sizes)[0]]
        package, path, text = self.rng.choices(own, [len(text) for _, _, text in own])[0]
        source = Source(text)
        holes = source.holes(self.rng)
        context = self.context(package, path, source) if self.rng.random() < 2 * CONTEXT_SHARE else []
        for _ in range(HOLES_PER_FILE):
            hole = draw(holes, self.rng)
            if hole is not None:
                front = context if context and self.rng.random() < 0.6 else []
                self.pool.append(self.gap(source, path, hole.begin, hole.end, hole.kind == LINE, front, length))
        pairs = instructions(source) if self.rng.random() < HOLES_PER_FILE * PAIR_SHARE else []
        for wanted, code in self.rng.sample(pairs, min(len(pairs), 3)):
            told = self.encode(f"### Instruction:\n{wanted}\n### Response:\n")
            answer = [*self.encode(code), self.eos]
            self.pool.append((told + answer, [1] * len(told) + [MIDDLE_WEIGHT] * len(answer)))

    def gap(self, source: Source, path: str, begin: int, end: int, is_line: bool, front: list[int], length: int) -> tuple[list[int], list[int]]:
        """Ids and weights of one gap in at most `length` tokens; the prefix gives way."""
        text, rng = source.text, self.rng
        start = 0 if rng.random() < 0.4 else max(0, begin - length_up_to(MAX_PREFIX, rng))
        start = max(start, begin - MAX_PREFIX)
        if start > 0:
            start = text.find("\n", start - 1, begin) + 1 or text.rfind("\n", 0, begin) + 1
        suffix = "" if rng.random() < NO_SUFFIX else text[end:]
        if suffix and rng.random() < 0.1:  # a file in the making ends soon
            suffix = suffix[:rng.randrange(1, 200)]
        behind = self.encode(suffix[:SUFFIX * 8])[:SUFFIX]
        prefix, whole = len(self.encode(text[start:begin])), self.encode(text[start:end])
        head = self.header(path)
        if behind and suffix.strip():
            head += [self.pre, self.suf, *behind, self.mid]
            ends = not is_line
        else:
            ends = end >= len(text.rstrip())
        if front and len(front) + len(head) + len(whole) - prefix + 100 < length:
            head = front + head
        cut = max(0, len(head) + len(whole) + 1 - length)
        whole, prefix = whole[cut:], max(0, prefix - cut)
        ids = [*head, *whole, self.eos]
        middle = len(whole) - prefix
        return ids[:length], ([1] * (len(head) + prefix) + [MIDDLE_WEIGHT] * middle + [MIDDLE_WEIGHT if ends else 0])[:length]

    def context(self, package: str, path: str, source: Source) -> list[int]:
        """Definitions that a file imports from its package, by the file that has them."""
        found: dict[str, list[str]] = {}
        for target, name in imported(path, source.tree, self.modules[package]):
            found.setdefault(target, []).append(name)
        files = []
        for target in self.rng.sample(sorted(found), min(len(found), 3)):
            other = Source(next(text for _, p, text in self.packages[package] if p == target))
            parts = [definition(other, node) for node in other.tree.body if getattr(node, "name", None) in found[target]]
            if parts:
                files.append(self.header(target) + self.encode("\n\n\n".join(parts[:4]) + "\n")[:220])
        return list(chain.from_iterable(files))[:480]

    def row(self, length: int) -> tuple[list[int], list[int]]:
        """`length` tokens of packed samples, the last one cut off, and their weights."""
        row: list[int] = []
        weights: list[int] = []
        while len(row) < length:
            while len(self.pool) < POOL:
                self.fill(length)
            ids, weight = self.pool.pop(self.rng.randrange(len(self.pool)))
            row += ids
            weights += weight
        return row[:length], weights[:length]


def imported_first(members: list[File]) -> list[File]:
    """Files of a group in an order in which those that are imported come before those that import."""
    names = {path.removesuffix(".py").split("/")[-1]: path for _, path, _ in members}
    needs = {path: {names[word] for word in names if f" import {word}" in text or f".{word} import" in text} - {path}
             for _, path, text in members}
    ordered: list[File] = []
    left = list(members)
    while left:
        done = {path for _, path, _ in ordered}
        ready = min(left, key=lambda file: len(needs[file[1]] - done))
        ordered.append(ready)
        left.remove(ready)
    return ordered


def plain_streams(files: list[File], tokenizer: Tokenizer, rng: random.Random, count: int) -> list[Iterator[int]]:
    """Endless token streams over groups of files of one package that lie near each other."""
    packages: dict[str, list[File]] = {}
    for file in files:
        packages.setdefault(file[0], []).append(file)
    groups = []
    for package, members in packages.items():
        members = sorted(members, key=lambda file: file[1].rsplit("/", 1))
        some = [members[i:i + FILES_PER_GROUP] for i in range(0, len(members), FILES_PER_GROUP)]
        groups += [(package, imported_first(group)) for group in some]
    rng.shuffle(groups)

    def stream(index: int) -> Iterator[int]:
        while True:
            for package, members in groups[index::count]:
                text = f"{REPO_NAME}{package}\n" + "".join(f"{FILE_SEP}{path}\n{body}" for _, path, body in members) + EOS
                yield from tokenizer.encode(text, add_special_tokens=False).ids
    return [stream(index) for index in range(count)]


class Batches(IterableDataset):
    """Endless batches: ids and loss weights, int64 (2, tokens / length, length + 1). Every loader process draws its own."""

    def __init__(self, corpus: Path, tokenizer: Tokenizer, seed: int, tokens: int, length: int, streams: int = 64) -> None:
        self.files, self.tokenizer, self.seed, self.tokens, self.streams = read_files(corpus), tokenizer, seed, tokens, streams
        self.length = length

    def __iter__(self) -> Iterator[Tensor]:
        worker = get_worker_info()
        rng = random.Random(self.seed + 1_000_003 * (worker.id if worker else 0))
        sampler = Sampler(self.files, self.tokenizer, rng)
        streams = cycle(plain_streams(self.files, self.tokenizer, rng, self.streams))
        count, length = 0, self.length
        while True:
            rows, weights = [], []
            for _ in range(self.tokens // length):
                if count % 8 < PLAIN_ROWS:
                    row, weight = list(islice(next(streams), length + 1)), [1] * (length + 1)
                else:
                    row, weight = sampler.row(length + 1)
                rows.append(row)
                weights.append(weight)
                count += 1
            yield torch.tensor((rows, weights))
