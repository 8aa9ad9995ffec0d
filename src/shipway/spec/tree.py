"""Where a file that shipway.yaml or Compose names is looked up.

Two places: `source`, the checkout of the commit, and `local`, the user's own working
directory.  The rule: what the commit holds comes from the commit, so that a release is
what was committed; what it does not hold (secrets are not in git) comes from `local`.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem, SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that is there; `shown` as the user would type it; `tracked`: in the commit."""

    path: Path
    shown: str
    tracked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The checkout of a commit, with the working directory behind it."""

    source: Path
    local: Path | None = None

    def find(self, path: str, named_at: SourceRef | None = None) -> Found | None:
        """Return the file or directory called `path`, None where it is in neither place.

        Raises Problem `invalid-spec` for a relative path that leaves the project, or a
        link in the commit that leads out of it.
        """
        if path.startswith("/"):
            absolute = Path(path)
            return Found(path=absolute, shown=path, tracked=False) if absolute.exists() else None
        relative = posixpath.normpath(path)
        if relative.startswith(".."):
            raise Problem(
                "invalid-spec",
                f"{path} leaves the project's directory.",
                hints=["write the whole path, from / on, for a file that is kept elsewhere"],
                source=named_at,
            )
        committed = self.source / relative
        if committed.exists():
            if not committed.resolve().is_relative_to(self.source.resolve()):
                raise Problem(
                    "invalid-spec",
                    f"{path} is a link in the commit that leads out of the project.",
                    source=named_at,
                )
            return Found(path=committed, shown=relative, tracked=True)
        if self.local is not None and (self.local / relative).exists():
            return Found(path=self.local / relative, shown=relative, tracked=False)
        return None

    def places(self) -> str:
        """Return where `find` looks, in words."""
        return "the commit" if self.local is None else f"the commit and {self.local}"
