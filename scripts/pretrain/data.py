"""Training rows: plain files of one package, and a little more often fill-in-the-middle.

Plain rows are cut from `<|repo_name|>package\\n` followed by files, each as
`<|file_sep|>path\\ncontent`.  Fill-in-the-middle rows are packed with samples
cut from files at character level,

    PSM  <|fim_prefix|>p<|fim_suffix|>s<|fim_middle|>m<|endoftext|>
    SPM  <|fim_prefix|><|fim_suffix|>s<|fim_middle|>pm<|endoftext|>

half each, half of them behind a `<|file_sep|>path\\n` header.  Prefixes and
suffixes are mostly short, so that a row holds several samples; the tokens of
the middle and its end weigh MIDDLE_WEIGHT times as much in the loss.
"""
from __future__ import annotations

import json
import lzma
import random
import re
from bisect import bisect
from contextlib import ExitStack
from itertools import accumulate, chain, cycle, islice
from pathlib import Path
from typing import Iterator

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from tokenizer import EOS, FILE_SEP, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX, REPO_NAME

FILES_PER_GROUP = 8
MAX_PREFIX, MAX_SUFFIX = 2600, 1200
ANNOUNCED = re.compile(r"""(?:^[ \t]+#.*|(?:\"\"\"|'''))\n[ \t]+(?=\S)""", re.MULTILINE)
FIM_ROWS = 5  # of eight
MIDDLE_WEIGHT = 3


def read_files(path: Path) -> list[tuple[str, str, str]]:
    """(package, path, text) of every file of a split, PATH or its parts PATH.0.xz, PATH.1.xz, ... that move more easily."""
    parts = [path.open()] if path.exists() else [lzma.open(part, "rt") for part in sorted(path.parent.glob(f"{path.name}.*.xz"))]
    with ExitStack() as stack:
        lines = chain.from_iterable(map(stack.enter_context, parts))
        return [(row["package"], row["path"], row["text"]) for row in map(json.loads, lines)]


def indent(line: str) -> int:
    """Leading blanks of a line."""
    return len(line) - len(line.lstrip(" \t"))


def block_end(text: str, at: int, rng: random.Random) -> int:
    """End of the block that the line at `at` belongs to, at most twelve lines on."""
    start = text.rfind("\n", 0, at) + 1
    depth = indent(text[start:text.find("\n", start) + 1 or None])
    end = at
    for count in range(rng.randint(2, 12)):
        stop = text.find("\n", end + (count > 0))
        if stop < 0:
            return len(text)
        following = text[stop + 1:(text.find("\n", stop + 1) + 1 or len(text) + 1) - 1]
        end = stop
        if following.strip() and indent(following) < depth:
            break
    return end


def middle_span(text: str, rng: random.Random) -> tuple[int, int]:
    """Where an editor could ask for text: mostly short spans, some uniform ones."""
    kind = rng.random()
    at = rng.randrange(len(text))
    start = text.rfind("\n", 0, at) + 1
    stop = (text.find("\n", at) + 1 or len(text) + 1) - 1
    first = min(start + indent(text[start:stop]), stop)
    at = max(at, first)
    if kind < 0.40:  # the rest of the line, sometimes all of it
        return (first if rng.random() < 0.25 else at), stop
    if kind < 0.58:  # to the end of the block
        return at, block_end(text, at, rng)
    if kind < 0.75:  # whole lines, the cursor after the indentation or after the line before
        begin = max(0, start - 1) if rng.random() < 0.3 else first
        return begin, block_end(text, first, rng)
    if kind < 0.82:  # the code that a comment or a docstring announces
        announced = ANNOUNCED.search(text, at)
        if announced and announced.end() < len(text):
            return announced.end(), block_end(text, announced.end(), rng)
    if kind < 0.90:  # within a line
        return at, min(stop, at + rng.randint(0, 40))
    other = rng.randrange(max(0, at - 1200), min(len(text), at + 1200))
    return min(at, other), max(at, other)


def length_up_to(limit: int, rng: random.Random) -> int:
    """A length whose logarithm is uniform."""
    return int(20 * (limit / 20) ** rng.random())


class FimSampler:
    """Random fill-in-the-middle samples, files drawn by their size."""

    def __init__(self, files: list[tuple[str, str, str]], tokenizer: Tokenizer, rng: random.Random) -> None:
        self.files, self.rng = files, rng
        self.bounds = list(accumulate(len(text) for _, _, text in files))
        self.encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.pre, self.suf, self.mid, self.eos, self.sep = (
            tokenizer.token_to_id(t) for t in (FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE, EOS, FILE_SEP))

    def cut(self) -> tuple[str, str, str, str]:
        """Path, prefix, middle and suffix."""
        _, path, text = self.files[bisect(self.bounds, self.rng.randrange(self.bounds[-1]))]
        begin, end = middle_span(text, self.rng)
        prefix = text[max(0, begin - length_up_to(MAX_PREFIX, self.rng)):begin]
        if len(prefix) < begin and self.rng.random() < 0.8:  # editors cut at a line
            prefix = prefix[prefix.find("\n") + 1:]
        suffix = "" if self.rng.random() < 0.1 else text[end:end + length_up_to(MAX_SUFFIX, self.rng)]
        return path, prefix, text[begin:end], suffix

    def sample(self, room: int) -> tuple[list[int], list[int]]:
        """Ids and weights of at most `room` tokens when room allows one; the prefix gives way."""
        path, prefix, middle, suffix = self.cut()
        header = [self.sep, *self.encode(path + "\n")] if self.rng.random() < 0.5 else []
        p, m, s = self.encode(prefix), self.encode(middle), self.encode(suffix)
        room -= len(header) + 4
        s = s[:max(0, room - len(m))]
        p = p[len(p) - max(0, min(len(p), room - len(m) - len(s))):]
        if self.rng.random() < 0.5:
            ids = [*header, self.pre, *p, self.suf, *s, self.mid, *m, self.eos]
        else:
            ids = [*header, self.pre, self.suf, *s, self.mid, *p, *m, self.eos]
        return ids, [1] * (len(ids) - len(m) - 1) + [MIDDLE_WEIGHT] * (len(m) + 1)

    def row(self, length: int) -> tuple[list[int], list[int]]:
        """`length` tokens of packed samples, the last one cut off, and their weights."""
        row: list[int] = []
        weights: list[int] = []
        while len(row) < length:
            room = length - len(row)
            ids, weight = self.sample(room if room > 128 else length)
            row += ids
            weights += weight
        return row[:length], weights[:length]


def plain_streams(files: list[tuple[str, str, str]], tokenizer: Tokenizer, rng: random.Random, count: int) -> list[Iterator[int]]:
    """Endless token streams over groups of files of one package."""
    packages: dict[str, list[tuple[str, str]]] = {}
    for package, path, text in files:
        packages.setdefault(package, []).append((path, text))
    groups = []
    for package, members in packages.items():
        rng.shuffle(members)
        groups += [(package, members[i:i + FILES_PER_GROUP]) for i in range(0, len(members), FILES_PER_GROUP)]
    rng.shuffle(groups)

    def stream(index: int) -> Iterator[int]:
        while True:
            for package, members in groups[index::count]:
                text = f"{REPO_NAME}{package}\n" + "".join(f"{FILE_SEP}{path}\n{body}" for path, body in members) + EOS
                yield from tokenizer.encode(text, add_special_tokens=False).ids
    return [stream(index) for index in range(count)]


class Batches(IterableDataset):
    """Endless batches: ids and loss weights, int64 (2, tokens / length, length + 1). Every loader process draws its own."""

    def __init__(self, corpus: Path, tokenizer: Tokenizer, seed: int, tokens: int, length: int, streams: int = 64) -> None:
        self.files, self.tokenizer, self.seed, self.tokens, self.streams = read_files(corpus), tokenizer, seed, tokens, streams
        self.length = torch.tensor(length).share_memory_()

    def use_length(self, length: int) -> None:
        """Rows of another length from now on, once what is already made is used up."""
        self.length.fill_(length)

    def __iter__(self) -> Iterator[Tensor]:
        worker = get_worker_info()
        rng = random.Random(self.seed + 1_000_003 * (worker.id if worker else 0))
        fim = FimSampler(self.files, self.tokenizer, rng)
        streams = cycle(plain_streams(self.files, self.tokenizer, rng, self.streams))
        while True:
            length = int(self.length)
            rows, weights = [], []
            for index in range(self.tokens // length):
                if index % 8 < FIM_ROWS:
                    row, weight = fim.row(length + 1)
                else:
                    row, weight = list(islice(next(streams), length + 1)), [1] * (length + 1)
                rows.append(row)
                weights.append(weight)
            yield torch.tensor((rows, weights))
