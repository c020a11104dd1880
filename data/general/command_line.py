"""Counts the words of text files from the command line."""

import argparse
import logging
import sys
from collections import Counter
from pathlib import Path

logger = logging.getLogger(__name__)


def build_parser():
    parser = argparse.ArgumentParser(description="Count the words of text files.")
    parser.add_argument("paths", nargs="+", type=Path, help="files to read")
    parser.add_argument("--top", type=int, default=10, help="how many words to print")
    parser.add_argument("--ignore-case", action="store_true", help="treat upper and lower case alike")
    parser.add_argument("--verbose", "-v", action="store_true")
    return parser


def words_of(path, ignore_case=False):
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            for word in line.split():
                word = word.strip(".,;:!?\"'()")
                if not word:
                    continue
                yield word.lower() if ignore_case else word


def count_words(paths, ignore_case=False):
    counts = Counter()
    for path in paths:
        if not path.is_file():
            logger.warning("skipping %s: not a file", path)
            continue
        counts.update(words_of(path, ignore_case))
    return counts


def main(argv=None):
    args = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.DEBUG if args.verbose else logging.INFO)
    counts = count_words(args.paths, args.ignore_case)
    if not counts:
        print("no words found", file=sys.stderr)
        return 1
    width = max(len(word) for word, _ in counts.most_common(args.top))
    for word, count in counts.most_common(args.top):
        print(f"{word:<{width}} {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
