"""What a command says while it works: words and progress on stderr, data on stdout."""

import argparse
import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from evenhand.flow import Told, untold

# A line longer than this is tiring to read.
WIDEST = 100


def say(options: argparse.Namespace, *sentences: str) -> None:
    """Words on stderr, unless --quiet."""
    if not options.quiet:
        for sentence in sentences:
            print(sentence, file=sys.stderr)


def data(options: argparse.Namespace, value: Mapping[str, Any], plain: str) -> None:
    """The result on stdout: JSON when asked for, else plain text."""
    print(json.dumps(value, indent=1, ensure_ascii=False) if options.json else _wrapped(plain))


def _wrapped(text: str) -> str:
    """Long sentences over several lines, each under where its own begins; paths and hashes stay whole."""
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, WIDEST)
    return "\n".join(_paragraph(line, width) for line in text.split("\n"))


def _paragraph(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


@contextmanager
def progress(options: argparse.Namespace) -> Iterator[Told]:
    """A bar on stderr that says what is being done; nothing when --quiet or when nobody watches."""
    if options.quiet or not sys.stderr.isatty():
        yield untold
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
