"""Variables that pydantic-settings refuses, because no field takes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from shipway.checks.facts.env import EXAMPLE_WORDS, EnvFile
from shipway.checks.facts.settings import SettingsClass
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs


@check(
    "environment.unknown-to-settings",
    ERROR,
    needs=needs.SETTINGS,
    serves=("D03", "R055"),
    title=Words(
        "Settings know every variable of their file", "Settings가 환경변수 파일의 변수를 모두 안다"
    ),
    fix=Words(
        'add the field, or set model_config = SettingsConfigDict(extra="ignore")',
        '필드를 추가하거나 model_config에 extra="ignore"를 설정하세요',
    ),
)
def unknown_to_settings(facts: Facts) -> Iterator[Finding]:
    """Find them: pydantic-settings forbids extra keys of its own env_file and does not start."""
    for settings in facts.settings:
        if settings.extra != "forbid":
            continue
        for file in facts.env_files:
            if not _read_by(settings, file):
                continue
            for item in file.variables:
                if not settings.knows(item.key):
                    yield Finding(
                        place=Place(file.path, item.line),
                        wrong=Words(
                            f"{settings.name} ({settings.path}) has no field {item.key}, and refuses"
                            " to start with a file that sets it",
                            f"{settings.name}({settings.path})에 {item.key} 필드가 없어, 이 값을 둔"
                            " 파일로는 시작을 거부합니다",
                        ),
                    )


def _read_by(settings: SettingsClass, file: EnvFile) -> bool:
    """Return whether the file, or the one copied from this example, is what the class reads."""
    name = PurePosixPath(file.path).name
    for word in EXAMPLE_WORDS:
        name = name.removesuffix(f".{word}")
    name = ".env" if name == "env" else name
    above = file.directory == "." or settings.path.startswith(f"{file.directory}/")
    return above and name in {PurePosixPath(path).name for path in settings.env_files}
