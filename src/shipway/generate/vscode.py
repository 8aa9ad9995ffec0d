"""`.vscode/extensions.json`: the extensions that fit what the project is made of.  Pure.

https://code.visualstudio.com/docs/configure/extensions/extension-marketplace
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from shipway.toolchain.parts import Language, Part

_BY_LIBRARY = (
    ("ruff", "charliermarsh.ruff"),
    ("mypy", "ms-python.mypy-type-checker"),
    ("eslint", "dbaeumer.vscode-eslint"),
    ("prettier", "esbenp.prettier-vscode"),
    ("tailwindcss", "bradlc.vscode-tailwindcss"),
    ("prisma", "prisma.prisma"),
    ("@prisma/client", "prisma.prisma"),
    ("vue", "vue.volar"),
    ("svelte", "svelte.svelte-vscode"),
    ("vitest", "vitest.explorer"),
)


def extensions(
    parts: Iterable[Part], *, docker: bool, names: frozenset[str] = frozenset()
) -> list[str]:
    """Return the extensions' ids.  names: of tools that only a file of settings tells of."""
    found = [*parts]
    libraries = frozenset().union(*(part.libraries for part in found)) | names
    wanted = []
    if any(part.language is Language.PYTHON for part in found):
        wanted.append("ms-python.python")
    wanted += [extension for library, extension in _BY_LIBRARY if library in libraries]
    if docker:
        wanted.append("ms-azuretools.vscode-docker")
    wanted += ["redhat.vscode-yaml", "eamodio.gitlens"]
    return list(dict.fromkeys(wanted))


def merged(present: str, wanted: Iterable[str]) -> str:
    """Return the file's text: what it recommends already, and what is wanted.

    An extension that the team has listed as unwanted stays so.  Raises ValueError where the
    present text is no JSON.
    """
    content: dict[str, Any] = json.loads(present) if present.strip() else {}
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 - of the text, as json.loads says it
    has = [str(item) for item in content.get("recommendations") or ()]
    lower = {item.lower() for item in (*has, *(content.get("unwantedRecommendations") or ()))}
    content["recommendations"] = [*has, *(item for item in wanted if item.lower() not in lower)]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
