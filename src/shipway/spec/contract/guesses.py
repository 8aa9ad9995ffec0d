"""What names, example values and comments tell of a variable's rules.  Pure, rule by rule.

A comment becomes a rule or documentation, never a value (R056).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from shipway.spec.contract.clues import Clue, Use
from shipway.spec.secretwords import is_own_key, is_own_password, is_placeholder, is_secret

_OPTIONAL = re.compile(r"\boptional\b|선택", re.IGNORECASE)
_REQUIRED = re.compile(r"\brequired\b|필수", re.IGNORECASE)
_PRODUCTION = re.compile(r"\bproduction\b|프로덕션|운영", re.IGNORECASE)
_RANDOM = re.compile(r"openssl\s+rand\s+-(?P<form>hex|base64)\s+(?P<size>\d+)", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:최소|at least|min(?:imum)?\.?|≥|>=)\s*(?P<size>\d{1,4})\s*(?:random |무작위 )?(?:자|char|글자|letter)|"
    r"(?P<more>\d{1,4})\s*(?:자 이상|characters or more|\+ ?char)",
    re.IGNORECASE,
)
_CHOICES = re.compile(r"(?P<words>[\w.-]+(?:\s*\|\s*[\w.-]+)+)")
_EITHER = re.compile(r"(?P<one>[\w.-]+),? or (?P<other>[\w.-]+)")
_OFF = re.compile(
    r"\b(off|false|disabled) in production|프로덕션에서.{0,8}(끔|끄|비활성)", re.IGNORECASE
)
_ALIKE = re.compile(r"the same as|(와|과) 같", re.IGNORECASE)
_ALWAYS = re.compile(r"either|always|both|any provider|항상", re.IGNORECASE)
_COMMAND = re.compile(r"(openssl|mkdir|cp|docker|npm|npx|python3?|node|echo) ")
_BUILD = re.compile(r"^(NEXT_PUBLIC_|VITE_|REACT_APP_|PUBLIC_(?!URL)|NUXT_PUBLIC_)")
_ORIGINS = re.compile(r"CORS_\w*ORIGINS?$|(_HOSTS|_ORIGINS)$")
_ADDRESS = re.compile(r"(_URL|_URI|_DSN|_ENDPOINT)$")
_PART = re.compile(r"^(?P<stem>[A-Z0-9]+)_\w*(KEY|ID|SECRET|TOKEN)$")
_SWITCH = re.compile(r"(PROVIDERS?|_MODE|_BACKEND|_ENGINE)$")
_PRIVATE = re.compile(r"^(?P<stem>[A-Z0-9_]*)PRIVATE_KEY$")
_LIVE = ("live", "real")
_MAKERS = {"claude": "anthropic", "gemini": "google", "gpt": "openai"}
_FIXED = {
    "DEBUG": {"production": "false"},
    "NODE_ENV": {"staging": "production", "production": "production"},
}

Rule = tuple[str, object]


def said_of(clues: Iterable[Clue]) -> str:
    """Return all comments on a variable."""
    return " ".join(clue.comment for clue in clues)


def value_rules(key: str, value: str, clues: list[Clue], use: Use | None) -> Iterator[Rule]:
    """Yield what the value must be."""
    if _BUILD.match(key):
        yield "build_time", True
        return
    said = said_of(clues)
    kind = value_kind(key, value, clues, use)
    if kind:
        yield "type", kind
    choices = allowed(clues, value)
    everywhere = {"staging", "production"} <= set(choices)
    if key in _FIXED:
        yield "fixed", _in_figures(_FIXED[key]) if kind == "int" else _FIXED[key]
    elif kind == "bool" and _OFF.search(f"{said} {' '.join(clue.section for clue in clues)}"):
        yield "fixed", {"production": "false"}
    elif choices:
        yield "allowed", list(choices)
        if everywhere and not any(clue.by_environment for clue in clues):
            yield "fixed", {"staging": "staging", "production": "production"}
    length = _LENGTH.search(said)
    least = next((clue.length_min for clue in clues if (clue.length_min or 0) > 1), None)
    if length or least:
        yield "min_length", int(length["size"] or length["more"]) if length else least


def _in_figures(fixed: Mapping[str, str]) -> dict[str, str]:
    """Return what is fixed as an application reads it that says 1 for true."""
    return {name: {"false": "0", "true": "1"}.get(value, value) for name, value in fixed.items()}


def value_kind(key: str, value: str, clues: list[Clue], use: Use | None) -> str:
    """Return the type that a settings class, an example value or the name tells."""
    told = next((clue.kind for clue in clues if clue.kind), "")
    if told:
        return told
    if value.lower() in {"true", "false"}:
        return "bool"
    if re.fullmatch(r"\d{1,9}", value):
        return "int"
    if _ORIGINS.search(key):
        return "list"
    if re.fullmatch(r"[a-z][a-z0-9+.-]*://\S+", value):
        return "list" if "," in value else "url"
    if not value and (_ADDRESS.search(key) or (use is not None and use.url)):
        return "url"
    if re.search(r"(_PATH|_DIR)$", key) and re.match(r"\.{0,2}/", value):
        return "path"
    return "email" if re.search(r"_EMAIL$", key) else ""


def allowed(clues: list[Clue], value: str) -> tuple[str, ...]:
    """Return the only values: of the code, else those that a comment or heading lists."""
    told = next((clue.choices for clue in clues if clue.choices), ())
    if told:
        return told
    own = {clue.by_environment[name] for clue in clues for name in clue.by_environment}
    names = {name for clue in clues for name in clue.by_environment}
    if own and own == names:
        return tuple(sorted(names, key=_known_order))
    comments = [clue.comment for clue in clues]
    for text in (*comments, *(clue.section for clue in clues)):
        choices = _CHOICES.search(text)
        if choices:
            words = tuple(word.strip() for word in choices["words"].split("|"))
            if value in words or (not value and text in comments):
                return words
        either = _EITHER.search(text)
        if either and value and value in either.groups():
            return (either["one"], either["other"])
    return ()


def _known_order(name: str) -> tuple[int, str]:
    order = ("development", "staging", "production")
    return (order.index(name) if name in order else len(order), name)


def needs(key: str, clues: list[Clue], guesses: list[str]) -> Iterator[Rule]:
    """Yield when a value is needed: code and Compose files know, headings and comments hint."""
    if any(clue.needed for clue in clues):
        if not any(clue.default for clue in clues):
            yield "required", True
        return
    if any(_OPTIONAL.search(clue.comment) for clue in clues):
        return
    hints = [*(clue.comment for clue in clues), *(clue.section for clue in clues)]
    wanted = [text for text in hints if _REQUIRED.search(text) and not _OPTIONAL.search(text)]
    production = [text for text in wanted if _PRODUCTION.search(text)]
    plain = [text for text in wanted if text not in production]
    doubted = any(clue.needed is False for clue in clues)
    if plain and not doubted:
        yield "required", True
        guesses.append(f"required, as {plain[0][:40]!r} says")
    elif production:
        # "production only (required)" is a heading of real files
        yield "required", ["production"]
        guesses.append(f"required, as {production[0][:40]!r} says")
    elif is_secret(key) and is_own_key(key) and not doubted:
        yield "required", True
        guesses.append("required")


def making(
    key: str, clues: list[Clue], use: Use | None, keys: Iterable[str], guesses: list[str]
) -> Iterator[Rule]:
    """Yield how a secret is generated; nothing for one that somebody else gives out."""
    private = _PRIVATE.match(key)
    said = said_of(clues)
    random = _RANDOM.search(said) or _RANDOM.search(" ".join(clue.section for clue in clues))
    if private is not None and f"{private['stem']}PUBLIC_KEY" in set(keys):
        yield "generate", "rs256"
        yield "public", f"{private['stem']}PUBLIC_KEY"
        guesses.append("a pair for RS256")
    elif is_own_password(key):
        yield "generate", "password 32"
        guesses.append("generated")
    elif random is not None:
        size = int(random["size"])
        yield "generate", f"{random['form'].lower()} {size}"
        if is_own_key(key) and random["form"].lower() == "hex" and not _LENGTH.search(said):
            yield "type", "hex"
            yield "min_length", 2 * size
    elif is_own_key(key):
        yield "generate", "hex 32"
        guesses.append("generated")
    elif use is not None and use.store:
        yield "generate", "hex 16"
        guesses.append("the account of a store that is started here")


def group_of(key: str, clues: list[Clue], all_keys: Mapping[str, list[Clue]]) -> str:
    """Return the group of a credential: others of its stem in the same block of a file."""
    match = _PART.match(key)
    if match is None:
        return ""
    sections = {(clue.where, clue.section) for clue in clues}
    partners = [
        other
        for other, found in all_keys.items()
        if (part := _PART.match(other)) is not None
        and part["stem"] == match["stem"]
        and sections & {(clue.where, clue.section) for clue in found}
    ]
    told = len(partners) > 1 and any(is_secret(other) for other in partners)
    return match["stem"].lower() if told else ""


def switches(all_keys: Mapping[str, list[Clue]]) -> dict[str, tuple[str, ...]]:
    """Return the variables that choose who answers, each with its values."""
    found = {}
    for key, clues in all_keys.items():
        if _SWITCH.search(key):
            value = next((clue.value for clue in clues if clue.value), "")
            choices = allowed(clues, value)
            if len(choices) > 1:
                found[key] = choices
    return found


def conditions(
    key: str,
    clues: list[Clue],
    choices: Mapping[str, tuple[str, ...]],
    *,
    grouped: bool,
) -> dict[str, str]:
    """Return with which values of other variables a credential is needed."""
    said = {name: value for clue in clues for name, value in clue.when.items()}
    if said:
        return said
    if not (is_secret(key) or grouped) or any(clue.value for clue in clues):
        return {}
    stem = key.partition("_")[0].lower()
    found = {
        name: value
        for name, values in choices.items()
        for value in values
        if stem in {value, _MAKERS.get(value)} and not _ALWAYS.search(said_of(clues))
    }
    named = any(
        stem in {value, _MAKERS.get(value)} for values in choices.values() for value in values
    )
    optional = any(_OPTIONAL.search(f"{clue.comment} {clue.section}") for clue in clues)
    for name, values in choices.items():
        live = next((value for value in _LIVE if value in values), "")
        if live and not optional and (grouped or named):
            found[name] = live
    return found


def alike(clues: list[Clue]) -> bool:
    """Return whether two services' files say that they must have the same value."""
    told = [clue for clue in clues if _ALIKE.search(f"{clue.comment} {clue.section}")]
    return len({clue.where for clue in told}) > 1


def differs(key: str, clues: list[Clue]) -> bool:
    """Return whether each environment has a value of its own."""
    values = {name: value for clue in clues for name, value in clue.by_environment.items()}
    if len(values) > 1:
        return len(set(values.values())) == len(values)
    return bool(re.search(r"CORS_\w*ORIGINS?$", key))


def about_of(clues: list[Clue]) -> str:
    """Return the first comment that says what a variable is for, and not how it is made."""
    return next(
        (
            clue.comment
            for clue in clues
            if clue.comment
            and not _COMMAND.match(clue.comment)
            and not _CHOICES.fullmatch(clue.comment)
            and "://" not in clue.comment
        ),
        "",
    )


def default_of(clues: list[Clue], value: str) -> str:
    """Return what holds where nothing is set: the code's own, else a harmless example."""
    if any(clue.given for clue in clues):
        return ""
    own = next((clue.default for clue in clues if clue.default), "")
    examples = {clue.value for clue in clues if clue.value}
    coded = {clue.default for clue in clues if clue.default}
    if len(coded) > 1:
        return ""  # each service has its own
    found = own or (value if len(examples) < 2 else "")
    if found in {"True", "False"}:
        found = found.lower()
    if (
        found == "None"
        or is_placeholder(found)
        or re.search(r"localhost|127\.0\.0\.1|example\.(com|org)|^development$|^\.{1,2}/", found)
    ):
        return ""
    return found
