"""Putting into place can be repeated from wherever a crash left it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from shipway.backup.exchange import exchange
from shipway.backup.into_place import FilesIntoPlace
from shipway.model.names import EnvironmentId
from shipway.ports_restore import FetchedFiles

HERE = EnvironmentId("shop", "production")
PORT = FilesIntoPlace(ground=cast("Any", None))


@pytest.fixture
def fetched(tmp_path: Path) -> FetchedFiles:
    """Return what was fetched beside a live directory."""
    place, fresh = tmp_path / "uploads", tmp_path / "uploads.restoring-7"
    for folder, says in ((place, "live"), (fresh, "restored")):
        folder.mkdir()
        (folder / "file").write_text(says)
    return FetchedFiles(
        backup="b",
        subject="uploads",
        kind="volume",
        at=1.0,
        bytes=1,
        place=str(place),
        fresh=str(fresh),
        kept=str(tmp_path / "uploads.before-20261121-140300"),
        inode=fresh.stat().st_ino,
        stops=("api",),
    )


def says(folder: str) -> str:
    path = Path(folder) / "file"
    return path.read_text() if path.exists() else "nothing"


def nothing(_fetched: FetchedFiles) -> None:
    """Die before anything was done."""


def only_exchanged(fetched: FetchedFiles) -> None:
    """Die between the exchange and the name that is given to what was there."""
    exchange(Path(fetched.fresh), Path(fetched.place))


def all_of_it(fetched: FetchedFiles) -> None:
    """Die after everything, before the journal knows."""
    PORT.put_in(HERE, fetched)


def half_back(fetched: FetchedFiles) -> None:
    """Die on the way back, between the exchange and the name."""
    PORT.put_in(HERE, fetched)
    exchange(Path(fetched.kept), Path(fetched.place))


@pytest.mark.parametrize("death", [nothing, only_exchanged, all_of_it])
def test_a_swap_that_was_cut_off_is_ended_by_the_next_one(
    fetched: FetchedFiles, death: Callable[[FetchedFiles], None]
) -> None:
    death(fetched)
    PORT.put_in(HERE, fetched)
    PORT.put_in(HERE, fetched)
    assert (says(fetched.place), says(fetched.kept)) == ("restored", "live")
    assert not Path(fetched.fresh).exists()


@pytest.mark.parametrize("death", [nothing, only_exchanged, all_of_it, half_back])
def test_a_swap_is_undone_from_wherever_it_was_cut_off(
    fetched: FetchedFiles, death: Callable[[FetchedFiles], None]
) -> None:
    death(fetched)
    PORT.put_back(HERE, fetched)
    PORT.put_back(HERE, fetched)
    assert (says(fetched.place), says(fetched.fresh)) == ("live", "restored")
    assert not Path(fetched.kept).exists()
