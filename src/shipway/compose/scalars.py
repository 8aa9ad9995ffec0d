"""YAML scalars as Docker's loader (go-yaml v3) reads them, and how Go prints them again.

The rules are YAML 1.2's core schema with go-yaml's additions: `0777` is octal, `_` may
stand in numbers, dates become timestamps, `yes`, `on` and `22:22` are strings.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_HINTS = frozenset("+-.0123456789")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_DOT_FLOAT = re.compile(r"\.[0-9]+([eE][-+]?[0-9]+)?", re.ASCII)
_INT = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]+)|(0|[1-9][0-9]*))", re.ASCII
)
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
_INT_MIN, _UINT_MAX = -(2**63), 2**64 - 1


class ScalarError(ValueError):
    """A scalar does not fit its explicit tag."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A date or time that YAML resolved; Docker prints it in its own ways."""

    moment: datetime
    nanoseconds: int = 0

    def __str__(self) -> str:
        """Return Go's default form: `2024-01-31 00:00:00 +0000 UTC`."""
        shift = self.moment.strftime("%z")
        zone = "UTC" if shift == "+0000" else shift
        return f"{self.moment:%Y-%m-%d %H:%M:%S}{self._fraction()} {shift} {zone}"

    def _fraction(self) -> str:
        return f".{self.nanoseconds:09d}".rstrip("0") if self.nanoseconds else ""

    def as_json(self) -> str:
        """Return RFC 3339, as Go's JSON encoder writes it."""
        shift = self.moment.strftime("%z")
        zone = "Z" if shift == "+0000" else f"{shift[:3]}:{shift[3:]}"
        return f"{self.moment:%Y-%m-%dT%H:%M:%S}{self._fraction()}{zone}"


def resolve_plain(text: str) -> Any:
    """Return the value of a plain scalar without a tag."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    first = text[0]
    if first not in _HINTS:
        return text
    if first == ".":
        return float_or_text(text) if _DOT_FLOAT.fullmatch(text) else text
    stamp = _timestamp(text) if "-" in text else None
    return stamp if stamp is not None else _number(text)


def float_or_text(text: str, digits: str | None = None) -> Any:
    """Return the number, or the text itself where it is too large for a double."""
    value = float(digits if digits is not None else text)
    return text if math.isinf(value) else value


def _number(text: str) -> Any:
    plain = text.replace("_", "")
    whole = _INT.fullmatch(plain) if len(plain) <= 70 else None
    if whole is not None:
        sign, hexa, binary, octal, old_octal, decimal = whole.groups()
        if hexa:
            value = int(hexa, 16)
        elif binary:
            value = int(binary, 2)
        elif octal or old_octal:
            value = int(octal or old_octal, 8)
        else:
            value = int(decimal)
        if sign == "-":
            value = -value
        # Go reads unsigned numbers without a sign only.
        limit = 2**63 - 1 if sign else _UINT_MAX
        if _INT_MIN <= value <= limit:
            return value
    if _FLOAT.fullmatch(plain):
        return float_or_text(text, plain)
    return text


def _timestamp(text: str) -> Timestamp | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is not None and ("t" in text.lower()) != (zone is not None):
        return None  # after `T` a zone must follow, after a space none may
    shift = timedelta()
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 24 or minutes >= 60:
            return None
        shift = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    nanoseconds = int((fraction or "0")[:9].ljust(9, "0"))
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=timezone(shift),
        )
    except ValueError:
        return None
    return Timestamp(moment, nanoseconds)


def resolve_tagged(tag: str, text: str) -> Any:
    """Return the value of a scalar with an explicit tag (in its short form, `!!int`)."""
    if tag == "!!str":
        return text
    if tag == "!!binary":
        try:
            return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode(
                "utf-8", "surrogateescape"
            )
        except (binascii.Error, ValueError) as error:
            raise ScalarError("!!binary value contains invalid base64 data") from error
    expected: dict[str, tuple[type, ...]] = {
        "!!bool": (bool,),
        "!!int": (int,),
        "!!float": (float, int),
        "!!null": (type(None),),
        "!!timestamp": (Timestamp,),
    }
    if tag not in expected:
        return text  # Docker's loader takes a scalar with a tag of its own as a string.
    value = resolve_plain(text)
    if not isinstance(value, expected[tag]) or (tag != "!!bool" and isinstance(value, bool)):
        raise ScalarError(f"cannot decode `{text}` as a {tag}")
    return float(value) if tag == "!!float" and isinstance(value, int) else value


def single_precision(value: float) -> float:
    """Return the shortest double that has the same single-precision value."""
    try:
        wanted = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    if not math.isfinite(wanted):
        return float(wanted)
    for digits in range(1, 10):
        short = float(f"{wanted:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == wanted:
            return short
    return float(wanted)


def _shortest(value: float) -> tuple[str, str, int]:
    """Return sign, digits and the decimal exponent of the first digit."""
    text = repr(value)
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0)
    if whole.strip("0"):
        power += len(whole) - 1
    else:
        power -= len(fraction) - len(fraction.lstrip("0")) + 1
    return sign, digits.rstrip("0") or "0", power


def _positional(sign: str, digits: str, power: int) -> str:
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    fraction = digits[power + 1 :]
    return sign + whole + (f".{fraction}" if fraction else "")


def _scientific(sign: str, digits: str, power: int, *, pad: int) -> str:
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if power < 0 else '+'}{abs(power):0{pad}d}"


def go_float(value: float) -> str:
    """Return a double as Go's `%v` writes it (`1000000.0` is `1e+06`)."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, power = _shortest(value)
    if power < -4 or power >= 6:
        return _scientific(sign, digits, power, pad=2)
    return _positional(sign, digits, power)


def json_float(value: float) -> str:
    """Return a finite double as Go's JSON encoder writes it."""
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, power = _shortest(value)
    if power < -6 or power >= 21:
        return _scientific(sign, digits, power, pad=1 if power < 0 else 2)
    return _positional(sign, digits, power)


def go_text(value: Any) -> str:
    """Return a value as Go's `fmt.Sprint` writes it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_text(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_text(item) for item in value) + "]"
    return str(value)
