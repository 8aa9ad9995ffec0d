"""Small things that several sections need."""

from __future__ import annotations

from shipway.documents.blocks import Text, plain
from shipway.documents.facts import EnvironmentFacts, Facts, ReleaseFacts
from shipway.documents.speaking import Speaker


def names(items: tuple[str, ...]) -> str:
    """Return names from outside as one line, a dash where there are none."""
    return ", ".join(plain(item) for item in items) or "–"


def environment_name(name: str, say: Speaker) -> str:
    """Return an environment's name as a reader knows it."""
    known = {
        "production": say.say("production", "프로덕션"),
        "staging": say.say("staging", "스테이징"),
        "development": say.say("development", "개발"),
    }
    return known.get(name, plain(name))


def release(one: ReleaseFacts | None, say: Speaker) -> str:
    """Return `r42 (1a2b3c4d, subject)`."""
    if one is None:
        return say.say("none", "없음")
    return f"{one.label} ({one.commit[:8]}, {plain(one.subject)})"


def address(environment: EnvironmentFacts) -> str:
    """Return where an environment is reached."""
    return environment.urls[0] if environment.urls else f"http://127.0.0.1:{environment.port}/"


def not_live(facts: Facts, say: Speaker) -> Text | None:
    """Return the sentence that says that nothing live was asked; None where it was."""
    if facts.live:
        return None
    return Text(
        say.say(
            "Written from the files alone: nothing that runs was asked.",
            "파일만으로 작성되었습니다. 실행 중인 서버는 조회하지 않았습니다.",
        )
    )
