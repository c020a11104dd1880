"""Collect the pretraining corpus: permissively licensed Python sources only.

Sources are the standard library of the running interpreter and the wheels of
the packages named in packages.tsv, fetched with `pip download`.  Only files
ending in .py are read; nothing is installed or executed.

    python corpus.py --work WORK --exclude DATA/conala DATA/codealpaca

writes WORK/train.jsonl, WORK/heldout.jsonl (one object per file: package,
path, text) and WORK/corpus.json (the manifest: what was kept, what was not).
"""
from __future__ import annotations

import argparse
import email
import json
import platform
import subprocess
import sys
import sysconfig
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from filters import Deduplicator, Overlap, clean, is_test, quality, rejection

DEFAULT_CAP_KB = 3500
TEST_SHARE = {"heldout": 0.03, "train": 0.1}
CHOICE = 4  # so many times what a package may give is looked at to choose from
FAMILIES = {"MIT": ("mit",), "BSD": ("bsd",), "Apache": ("apache",), "PSF": ("psf", "python software")}
SKIPPED_DIRS = {"_vendor", "vendor", "vendored", "_vendored", "_vendored_packages", "vendored_packages",
                "externals", "extern", "third_party", "_vendor_package", "node_modules", "locale", "locales"}
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


def download(names: list[str], target: Path) -> None:
    """Fetch one wheel per name: all at once, then one by one if that failed."""
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(target)]
    have = {wheel.name.split("-")[0].lower().replace("_", "-") for wheel in target.glob("*.whl")}
    missing = [name for name in names if name.replace("_", "-").replace(".", "-") not in have]
    if missing and subprocess.run([*command, *missing], capture_output=True).returncode != 0:
        for name in missing:
            if subprocess.run([*command, name], capture_output=True).returncode != 0:
                print(f"no wheel for {name}")


def find_wheel(name: str, folder: Path) -> Path | None:
    """The wheel of a package, matched on the normalised name."""
    wanted = name.lower().replace("-", "_").replace(".", "_")
    for wheel in sorted(folder.glob("*.whl")):
        if wheel.name.split("-")[0].lower().replace("-", "_").replace(".", "_") == wanted:
            return wheel
    return None


def wheel_metadata(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Version and declared licence, as the wheel's METADATA states them."""
    name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
    meta = email.message_from_bytes(archive.read(name))
    declared = [c.split("::")[-1].strip() for c in meta.get_all("Classifier", []) if c.startswith("License ::")]
    text = meta.get("License-Expression") or "; ".join(declared) or (meta.get("License") or "").strip()
    return meta["Version"], text.splitlines()[0][:120] if text else ""


def licence_agrees(stated: str, declared: str) -> bool:
    """Whether the declared licence names the family that packages.tsv states."""
    words = [word for family, words in FAMILIES.items() if family in stated for word in words]
    return any(word in declared.lower() for word in words)


def wheel_files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The Python files of a wheel, vendored copies of other projects left out."""
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


class Collector:
    """Applies the filters and writes one JSON line per kept file."""

    def __init__(self, work: Path, overlap: Overlap) -> None:
        self.outputs = {split: (work / f"{split}.jsonl").open("w") for split in ("train", "heldout")}
        self.dedup = Deduplicator()
        self.overlap = overlap
        self.dropped: Counter[str] = Counter()
        self.packages: list[dict] = []

    def add(self, package: Package, version: str, declared: str, files: Iterator[tuple[str, bytes]]) -> None:
        """Keep what passes; whole packages belong to one split."""
        kept = size = tests = 0
        rank = lambda item: (is_test(item[0]), hash_path(item[0]))  # noqa: E731 - capped packages keep a random part
        ordered = sorted(files, key=rank)
        for path, raw in self.best(ordered, package.cap) if package.split == "train" else ordered:
            text, reason = clean(raw)
            if not reason:
                reason = rejection(text)
            if not reason and is_test(path) and tests + len(text) > TEST_SHARE[package.split] * size:
                reason = "test share"
            if not reason and size + len(text.encode()) > package.cap:
                reason = "package cap"
            reason = reason or self.overlap.hit(text) or self.dedup.seen(text, package.split)
            if reason:
                self.dropped[reason] += 1
                continue
            kept += 1
            size += len(text.encode())
            tests += len(text) * is_test(path)
            json.dump({"package": package.name, "path": path, "text": text}, self.outputs[package.split])
            self.outputs[package.split].write("\n")
        self.packages.append({"package": package.name, "version": version, "licence": package.licence,
                              "declared": declared, "split": package.split, "files": kept, "bytes": size})
        print(f"{package.split:8s}{package.name:24s}{version:14s}{kept:6d}{size:10d}  {declared[:50]}", flush=True)

    def best(self, files: list[tuple[str, bytes]], cap: int) -> list[tuple[str, bytes]]:
        """The files of a package in the order in which they are taken: by quality, tests last, out of `CHOICE` times the cap."""
        chosen, size = [], 0
        for path, raw in files:
            if size < CHOICE * cap:
                chosen.append((path, raw))
                size += len(raw)
            else:
                self.dropped["package cap"] += 1
        return sorted(chosen, key=lambda item: (is_test(item[0]), -quality(item[1].decode("utf-8", "replace") or " ")))

    def manifest(self) -> dict:
        """What corpus.json says."""
        for out in self.outputs.values():
            out.close()
        total = {split: {key: sum(p[key] for p in self.packages if p["split"] == split) for key in ("files", "bytes")}
                 for split in self.outputs}
        return {"total": total, "dropped_files": dict(self.dropped.most_common()),
                "excluded_ngrams": len(self.overlap.grams), "packages": self.packages}


def hash_path(path: str) -> int:
    """A fixed pseudo-random order of paths."""
    import zlib
    return zlib.crc32(path.encode())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for wheels and output, outside the repository")
    parser.add_argument("--packages", type=Path, default=Path(__file__).with_name("packages.tsv"))
    parser.add_argument("--exclude", type=Path, nargs="*", default=[],
                        help="folders with *.jsonl evaluation sets; files sharing a 13-gram with them are dropped")
    parser.add_argument("--cap", type=int, default=0, help="the most KB that a training package may give, whatever packages.tsv says")
    args = parser.parse_args()
    packages = read_packages(args.packages)
    for package in packages:
        if args.cap and package.split == "train":
            package.cap = min(package.cap, args.cap * 1000)
    wheels = args.work / "wheels"
    download([p.name for p in packages], wheels)
    collector = Collector(args.work, Overlap(args.exclude))
    for package in sorted(packages, key=lambda p: p.split):  # held-out first: training copies of it are dropped
        wheel = find_wheel(package.name, wheels)
        if wheel is None:
            print(f"skipped {package.name}: no wheel")
            continue
        with zipfile.ZipFile(wheel) as archive:
            version, declared = wheel_metadata(archive)
            if licence_agrees(package.licence, declared):
                collector.add(package, version, declared, wheel_files(archive))
            else:
                print(f"skipped {package.name}: stated {package.licence}, declared {declared!r}")
    python = Package("cpython-stdlib", "PSF-2.0", 10 * args.cap * 1000 or 20_000_000, "train")
    collector.add(python, platform.python_version(), "PSF-2.0", stdlib_files())
    (args.work / "corpus.json").write_text(json.dumps(collector.manifest(), indent=1) + "\n")


if __name__ == "__main__":
    main()
