"""Collect the pretraining corpus: permissively licensed Python sources only.

Sources are the standard library of the running interpreter and the wheels of
the packages named in packages.tsv, fetched from PyPI.  Only files ending in .py
are read; nothing is installed or executed.

    python corpus.py --work WORK --exclude DATA/conala DATA/codealpaca --unseen REPOSITORIES

writes WORK/train.jsonl, WORK/heldout.jsonl (one object per file: package,
path, text) and WORK/corpus.json (the manifest: which files were kept or dropped).
"""
from __future__ import annotations

import argparse
import email
import hashlib
import json
import platform
import re
import sysconfig
import urllib.request
import zipfile
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator
from urllib.parse import urljoin

from filters import Deduplicator, Overlap, clean, is_test, quality, rejection

DEFAULT_CAP_KB = 3500
LARGEST_WHEEL = 120_000_000
TEST_SHARE = {"heldout": 0.03, "train": 0.1}
CHOICE = 2  # bytes that are read to choose from, as a multiple of the package's cap
FAMILIES = {"MIT": ("mit",), "BSD": ("bsd",), "Apache": ("apache",), "PSF": ("psf", "python software")}
SKIPPED_DIRS = {"_vendor", "vendor", "vendored", "_vendored", "_vendored_packages", "vendored_packages",
                "externals", "extern", "third_party", "_vendor_package", "node_modules", "locale", "locales"}
STDLIB = "cpython-stdlib"
AHEAD = 24  # packages that are read ahead
EXCLUDED: Overlap  # set once in each reading process
STDLIB_SKIPPED = {"test", "tests", "idle_test", "site-packages", "dist-packages", "encodings", "pydoc_data",
                  "lib-dynload", "_bundled", "__phello__"}


@dataclass
class Package:
    """One line of packages.tsv."""

    name: str
    licence: str
    cap: int
    split: str


def read_packages(path: Path) -> list[Package]:
    """Parse packages.tsv; lines starting with # are comments."""
    packages = []
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, licence, cap, split = line.split("\t")
            packages.append(Package(name, licence, (int(cap) or DEFAULT_CAP_KB) * 1000, split))
    return packages


def best_wheel(releases: list[dict]) -> dict | None:
    """The wheel that holds a release's Python sources in the fewest bytes: the smallest one for every platform, else the smallest."""
    wheels = [file for file in releases if file["packagetype"] == "bdist_wheel"]
    return min(wheels, key=lambda file: (not file["filename"].endswith("-none-any.whl"), file["size"]), default=None)


def normal(name: str) -> str:
    """The spelling of a package's name in names of wheels."""
    return re.sub(r"[-_.]+", "_", name).lower()


def download(name: str, folder: Path, have: dict[str, Path]) -> Path | None:
    """The newest wheel of a package, downloaded once and checked against its hash."""
    if normal(name) in have:
        return have[normal(name)]
    address = f"https://pypi.org/pypi/{name}/json"
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            wheel = best_wheel(json.load(answer)["urls"])
        if wheel is None or wheel["size"] > LARGEST_WHEEL:
            return None
        with urllib.request.urlopen(urljoin(address, wheel["url"]), timeout=300) as answer:
            content = answer.read()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        raise SystemExit(f"{wheel['url']} has another hash than PyPI states")
    (folder / wheel["filename"]).write_bytes(content)
    return folder / wheel["filename"]


def wheel_metadata(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Version and declared licence, as the wheel's METADATA states them."""
    name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
    meta = email.message_from_bytes(archive.read(name))
    declared = [str(c).split("::")[-1].strip() for c in meta.get_all("Classifier", []) if str(c).startswith("License ::")]
    text = meta.get("License-Expression") or "; ".join(declared) or str(meta.get("License") or "").strip()
    return meta["Version"], text.splitlines()[0][:120] if text else ""


def licence_agrees(stated: str, declared: str) -> bool:
    """Whether the declared licence belongs to the family that packages.tsv states."""
    words = [word for family, words in FAMILIES.items() if family in stated for word in words]
    return any(word in declared.lower() for word in words)


def wheel_files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The Python files of a wheel without vendored copies of other projects."""
    for name in sorted(archive.namelist()):
        parts = name.split("/")
        if name.endswith(".py") and not SKIPPED_DIRS & set(parts) and ".data/" not in name:
            yield name, archive.read(name)


def stdlib_files() -> Iterator[tuple[str, bytes]]:
    """The standard library without tests, tables and installed packages."""
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        folders = set(relative.parts)
        if folders & STDLIB_SKIPPED or relative.parts[0].startswith(("config-", "_sysconfigdata")):
            continue
        yield relative.as_posix(), path.read_bytes()


@dataclass
class Candidate:
    """A file that passed all filters that look at it alone, or the reason why it did not."""

    path: str
    text: str
    reason: str
    rank: float


@dataclass
class Reading:
    """The candidates of one package, best first and tests last."""

    package: Package
    version: str
    declared: str
    files: list[Candidate]


def judged(path: str, raw: bytes, overlap: Overlap) -> Candidate:
    """One file, cleaned and filtered."""
    text, reason = clean(raw)
    reason = reason or rejection(text) or overlap.hit(text)
    return Candidate(path, "" if reason else text, reason, 0.0 if reason else quality(text))


def share_overlap(overlap: Overlap) -> None:
    """Stores the n-grams of the evaluation sets in a reading process, once."""
    global EXCLUDED
    EXCLUDED = overlap


def read_package(package: Package, wheel: Path | None) -> Reading | None:
    """The files of a package; of a training package at most about `CHOICE` times its cap, drawn at random, to choose from."""
    if wheel is None and package.name != STDLIB:
        return None
    if wheel is None:
        version, declared, files = platform.python_version(), "PSF-2.0", list(stdlib_files())
    else:
        with zipfile.ZipFile(wheel) as archive:
            version, declared = wheel_metadata(archive)
            files = list(wheel_files(archive)) if licence_agrees(package.licence, declared) else []
    files.sort(key=lambda item: (is_test(item[0]), hash_path(item[0])))
    looked, size = [], 0
    for path, raw in files:
        if size < CHOICE * package.cap or package.split == "heldout":
            looked.append(judged(path, raw, EXCLUDED))
            size += len(raw)
    if package.split == "train":
        looked.sort(key=lambda file: (is_test(file.path), -file.rank))
    return Reading(package, version, declared, looked)


class Collector:
    """Keeps files that copy no other and writes one JSON line per kept file."""

    def __init__(self, work: Path, overlap: Overlap) -> None:
        self.outputs = {split: (work / f"{split}.jsonl").open("w") for split in ("train", "heldout")}
        self.dedup = Deduplicator()
        self.overlap = overlap
        self.dropped: Counter[str] = Counter()
        self.packages: list[dict] = []

    def keep_out(self, unseen: list[Path]) -> None:
        """From now on, drops files that copy files of these folders."""
        for folder in unseen:
            for path in sorted(folder.rglob("*.py")):
                if path.is_file():
                    self.dedup.seen(path.read_text("utf-8", "replace"), "heldout")

    def add(self, reading: Reading) -> None:
        """Keeps files that copy no other, up to the cap; all files of a package belong to one split."""
        package = reading.package
        kept = size = tests = 0
        for file in reading.files:
            length, reason = len(file.text.encode()), file.reason
            if not reason and is_test(file.path) and tests + length > TEST_SHARE[package.split] * size:
                reason = "test share"
            if not reason and size + length > package.cap:
                reason = "package cap"
            reason = reason or self.dedup.seen(file.text, package.split)
            if reason:
                self.dropped[reason] += 1
                continue
            kept += 1
            size += length
            tests += length * is_test(file.path)
            json.dump({"package": package.name, "path": file.path, "text": file.text}, self.outputs[package.split])
            self.outputs[package.split].write("\n")
        if kept:
            self.packages.append({"package": package.name, "version": reading.version, "licence": package.licence,
                                  "declared": reading.declared, "split": package.split, "files": kept, "bytes": size})
        print(f"{package.split:8s}{package.name:24s}{reading.version:14s}{kept:6d}{size:10d}  {reading.declared[:50]}", flush=True)

    def manifest(self) -> dict:
        """The content of corpus.json."""
        for out in self.outputs.values():
            out.close()
        total = {split: {key: sum(p[key] for p in self.packages if p["split"] == split) for key in ("files", "bytes")}
                 for split in self.outputs}
        return {"total": total, "dropped_files": dict(self.dropped.most_common()),
                "excluded_ngrams": len(self.overlap.grams), "packages": self.packages}


def hash_path(path: str) -> int:
    """Sort key for a fixed pseudo-random order of paths."""
    import zlib
    return zlib.crc32(path.encode())


def read_all(packages: list[Package], wheels: Path, network: Executor, readers: Executor) -> Iterator[Reading | None]:
    """Reads every package in order; only a few ahead, because their texts wait in memory."""
    have = {normal(wheel.name.split("-")[0]): wheel for wheel in sorted(wheels.glob("*.whl"))}
    fetched = zip(packages, network.map(lambda package: None if package.name == STDLIB else download(package.name, wheels, have), packages))
    waiting = []
    for package, wheel in fetched:
        waiting.append(readers.submit(read_package, package, wheel))
        while len(waiting) > AHEAD:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for wheels and output, outside the repository")
    parser.add_argument("--packages", type=Path, default=Path(__file__).with_name("packages.tsv"))
    parser.add_argument("--exclude", type=Path, nargs="*", default=[],
                        help="folders with *.jsonl evaluation sets; files sharing a 13-gram with them are dropped")
    parser.add_argument("--cap", type=int, default=0, help="the most KB that a training package may give, whatever packages.tsv says")
    parser.add_argument("--unseen", type=Path, nargs="*", default=[],
                        help="folders of repositories to measure on; files that copy theirs are dropped")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    packages = read_packages(args.packages)
    packages.append(Package(STDLIB, "PSF-2.0", 20_000_000, "train"))
    for package in packages:
        if args.cap and package.split == "train":
            package.cap = min(package.cap, args.cap * 1000 * (10 if package.name == STDLIB else 1))
    packages.sort(key=lambda p: p.split)  # held-out packages first, so that copies in training packages are dropped
    wheels = args.work / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    overlap = Overlap(args.exclude)
    collector = Collector(args.work, overlap)
    unseen = args.unseen
    with ThreadPoolExecutor(12) as network, ProcessPoolExecutor(args.processes, initializer=share_overlap, initargs=(overlap,)) as readers:
        for package, reading in zip(packages, read_all(packages, wheels, network, readers)):
            if package.split == "train":
                collector.keep_out(unseen)
                unseen = []
            if reading is None:
                print(f"skipped {package.name}: no wheel")
            elif not reading.files:
                print(f"skipped {package.name}: nothing, or stated {package.licence}, declared {reading.declared!r}")
            else:
                collector.add(reading)
    (args.work / "corpus.json").write_text(json.dumps(collector.manifest(), indent=1) + "\n")


if __name__ == "__main__":
    main()
