"""Scalars, ports, volumes, durations, sizes and commands, in short and long form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shipway.compose import format_duration, parse_duration, parse_size
from shipway.compose.ports import parse_port
from shipway.compose.scalars import (
    Timestamp,
    go_float,
    json_float,
    resolve_plain,
    single_precision,
)
from shipway.compose.units import split_command
from shipway.compose.volumes import long_form
from shipway.errors import Problem
from tests.compose.conftest import Load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("yes", "yes"),
        ("on", "on"),
        ("1.10", 1.1),
        ("0777", 511),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("08", 8.0),
        ("1_000", 1000),
        ("+12", 12),
        ("~", None),
        ("", None),
        ("True", True),
        ("tRUE", "tRUE"),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e400", "1e400"),
        ("1.2.3", "1.2.3"),
        ("18446744073709551615", 18446744073709551615),
        ("2024-01-31", Timestamp(datetime(2024, 1, 31, tzinfo=UTC))),
        ("2024-02-31", "2024-02-31"),
    ],
)
def test_plain_scalars_are_read_as_docker_reads_them(text: str, value: Any) -> None:
    found = resolve_plain(text)
    assert found == value
    assert type(found) is type(value)


def test_numbers_are_printed_as_go_prints_them() -> None:
    assert [go_float(n) for n in (1e6, 0.1, 123456.7, 1e21, 1e-5)] == [
        "1e+06",
        "0.1",
        "123456.7",
        "1e+21",
        "1e-05",
    ]
    assert [json_float(n) for n in (1e6, 1e21, 1e-7)] == ["1000000", "1e+21", "1e-7"]
    assert single_precision(0.1) == 0.1
    assert single_precision(16777217) == 16777216


def test_environment_values_are_text_as_go_formats_them(loaded: Load) -> None:
    project = loaded(
        "services: {a: {image: x, environment: "
        "{A: 1000000.0, B: true, C: 2024-01-31, D: 0777, E: 1.10, F: }}}"
    )
    assert project.model["services"]["a"]["environment"] == {
        "A": "1e+06",
        "B": "true",
        "C": "2024-01-31 00:00:00 +0000 UTC",
        "D": "511",
        "E": "1.1",
        "F": None,
    }


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [(None, 80, "", "tcp")]),
        ("8080:80/udp", [("8080", 80, "", "udp")]),
        ("127.0.0.1::80", [(None, 80, "127.0.0.1", "tcp")]),
        ("[::1]:80:80", [("80", 80, "::1", "tcp")]),
        ("80-81:90-91", [("80", 90, "", "tcp"), ("81", 91, "", "tcp")]),
        ("80-85:90", [("80-85", 90, "", "tcp")]),
    ],
)
def test_ports_in_short_form(text: str, ports: list[Any]) -> None:
    found = [
        (port.get("published"), port["target"], port.get("host_ip", ""), port["protocol"])
        for port in parse_port(text, (), None)
    ]
    assert found == ports


@pytest.mark.parametrize(
    "text", ["", "x", "80:", "65536", "81-80", "1-2:3-5", "80/http", "h:80:80"]
)
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        parse_port(text, (), None)


def test_volumes_in_short_form() -> None:
    assert long_form("./a:/b/../c:ro,z", (), None) == {
        "type": "bind",
        "source": "./a",
        "target": "/c",
        "read_only": True,
        "bind": {"selinux": "z", "create_host_path": True},
    }
    assert long_form("data:/d:nocopy", (), None)["volume"] == {"nocopy": True}
    assert long_form("/only", (), None) == {"type": "volume", "target": "/only", "volume": {}}
    assert long_form(r"C:\a:D:\b", (), None)["source"] == r"C:\a"


def test_durations_and_sizes() -> None:
    assert parse_duration("1m30s") == 90
    assert parse_duration("1.5h") == 5400
    assert parse_duration("250ms") == 0.25
    assert [format_duration(n) for n in (0, 1500, 90 * 10**9, 5400 * 10**9)] == [
        "0s",
        "1.5µs",
        "1m30s",
        "1h30m0s",
    ]
    assert [parse_size(text) for text in ("1024", "256mb", "1.5g", "2 KiB")] == [
        1024,
        256 * 1024**2,
        1536 * 1024**2,
        2048,
    ]
    for text in ("", "10", "1d", "1h 2m", "x"):
        with pytest.raises(ValueError, match="duration"):
            parse_duration(text)
    for text in ("", "lots", "-1", "1.2.3g", "1x"):
        with pytest.raises(ValueError, match="size"):
            parse_size(text)


def test_commands_are_split_as_docker_splits_them() -> None:
    assert split_command("run 'a b' \"c d\" e\\ f") == ["run", "a b", "c d", "e f"]
    assert split_command("a && b; c") == ["a"]
    assert split_command("") == []
    for line in ("a 'b", "a (b)", "a\\"):
        with pytest.raises(ValueError, match="command line"):
            split_command(line)


def test_a_mapping_s_extension_keys_end_where_docker_puts_them(loaded: Load) -> None:
    project = loaded("services: {a: {image: x, x-note: 1, labels: {x-l: m}}}\nx-top: [1, []]\n")
    assert project.model["services"]["a"]["labels"] == {"#extensions": "map[x-l:m]"}
    assert "x-note" not in project.model["services"]["a"]
    assert project.model["x-top"] == [1, None]
    assert project.yaml_model()["services"]["a"]["x-note"] == 1
