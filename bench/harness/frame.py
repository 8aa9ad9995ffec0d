"""The frame of a benchmark: its options, what it says meanwhile, its figures, its end."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from bench.harness import results
from bench.harness.machine import load_average

INTERRUPTED = 130


def parser(name: str, about: str | None, *, quick: str) -> argparse.ArgumentParser:
    """Return the parser of `./dev bench NAME`; quick: what a short run is."""
    found = argparse.ArgumentParser(
        prog=f"./dev bench {name}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--quick", action="store_true", help=quick)
    return found


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def finish(name: str, figures: dict[str, Any], text: Callable[..., str], *, keep: bool) -> None:
    """Print the figures as text; keep both, where this was a whole run."""
    figures["load_average_after"] = load_average()
    shown = text(figures)
    if keep:
        results.write(name, figures, shown)
    print(f"\n{shown}")


def enter(main: Callable[[], int]) -> NoReturn:
    """Run the benchmark as a program."""
    os.umask(0o022)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("bench: interrupted; what was started is removed", file=sys.stderr)
        sys.exit(INTERRUPTED)
