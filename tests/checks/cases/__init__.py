"""For each check a project in which it fails and one in which it passes.

A `⟵` at the end of a line says that the check must find this line; it is not written.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from tests.checks.cases.shape import Case


def all_cases() -> Iterator[Case]:
    for module in pkgutil.iter_modules(__path__):
        if module.name != "shape":
            yield from import_module(f"{__name__}.{module.name}").CASES
