"""What restic is told, and where repositories are: values."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.repositories import restic_commands as commands
from shipway.repositories.blobs import checked_name
from shipway.repositories.places import BucketPlace, DirectoryPlace, parse_place
from shipway.repositories.restic import moment

PLACE = BucketPlace(
    endpoint="https://s3.example.com",
    bucket="b",
    prefix="shop",
    region="r",
    key="an-id",
    secret="a-secret",
)


def test_no_secret_stands_among_the_arguments() -> None:
    argv = commands.backup(Path("/data"), {"kind": "volume", "subject": "a, b=c"}, ["we[ird].db"])
    assert argv[-3:] == ["--exclude", "/data/we\\[ird].db", "."]
    assert "subject=a%2C b%3Dc" in argv
    told = commands.variables(
        PLACE, key_file=Path("/w/password"), cache=Path("/w/cache"), temporary=Path("/w/tmp")
    )
    assert told["RESTIC_REPOSITORY"] == "s3:https://s3.example.com/b/shop"
    assert told["RESTIC_PASSWORD_FILE"] == "/w/password"
    assert told["AWS_SECRET_ACCESS_KEY"] == "a-secret"
    assert "a-secret" not in " ".join(argv)
    assert "a-secret" not in repr(PLACE)


def test_tags_come_back_as_they_were_given() -> None:
    tags = {"subject": "data, all=of it", "note": "한국어", "at": "1.5"}
    assert commands.read_tags(commands.tag_words(tags)) == tags


def test_a_place_is_a_path_or_an_address() -> None:
    assert parse_place("/mnt/b", region="r", key="", secret="") == DirectoryPlace(
        path=Path("/mnt/b")
    )
    given = parse_place("s3:https://h:9000/b/x/y", region="r", key="k", secret="s")
    assert given.where == "s3:https://h:9000/b/x/y"
    with pytest.raises(Problem, match="not a repository"):
        parse_place("s3:bucket", region="r", key="", secret="")


@pytest.mark.parametrize("name", ["../x", "a/../b", "/a", "a//b", "a b", "", "."])
def test_a_name_never_leaves_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        checked_name(name)


def test_restics_times_are_read_with_all_their_digits() -> None:
    assert moment("2026-11-21T12:01:46.294533528Z") == 1795262506.294533
    assert moment("2026-11-21T21:01:46+09:00") == 1795262506.0
