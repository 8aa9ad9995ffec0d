"""Tokens of known services in the repository, by detect-secrets where it is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec

from shipway.checks.facts.paths import aside
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check
from shipway.checks.model import Needs
from shipway.model.words import plural

_PLUGINS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
_SKIPPED = (".lock", "-lock.json", "-lock.yaml", ".svg", ".min.js", ".map", ".ipynb")
FILES_MAX = 2_000
LINE_MAX = 2_000
_LONG_WORD = re.compile(r"[A-Za-z0-9_\-]{16}")
"""Every token of these services has such a run of letters; most lines of code have none."""


def _subjects(facts: Facts) -> tuple[str, ...]:
    if find_spec("detect_secrets") is None:
        return ()
    paths = facts.files.tracked or ()
    return tuple(
        path
        for path in facts.files.paths
        if path in paths and not path.endswith(_SKIPPED) and not aside(path)
    )[:FILES_MAX]


@check(
    "secrets.known-token",
    ERROR,
    needs=Needs(
        _subjects,
        lambda n: Words(
            f"{plural(n, 'tracked file')}, by detect-secrets", f"detect-secrets로 추적 파일 {n}개"
        ),
        Words(
            "detect-secrets is not installed (pip install 'shipway[secrets]'), or git tracks nothing",
            "detect-secrets가 없거나(pip install 'shipway[secrets]') git이 추적하는 파일이 없습니다",
        ),
    ),
    serves=("R061",),
    title=Words(
        "git keeps no token of a known service", "알려진 서비스의 토큰을 git이 추적하지 않는다"
    ),
    fix=Words(
        "revoke it at the service, then remove it; history keeps it",
        "해당 서비스에서 폐기한 뒤 지우세요. git 기록에는 남아 있습니다",
    ),
)
def known_token(facts: Facts) -> Iterator[Finding]:
    """Find tokens by their form; entropy alone is left out, because it is mostly wrong."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import transient_settings

    plugins = [{"name": name} for name in _PLUGINS]
    with transient_settings({"plugins_used": plugins}):
        for path in _subjects(facts):
            for number, line in facts.files.numbered(path):
                if len(line) > LINE_MAX or not _LONG_WORD.search(line):
                    continue
                for secret in scan_line(line):
                    yield Finding(
                        place=Place(path, number),
                        wrong=Words(
                            f"looks like a secret of the kind {secret.type}",
                            f"{secret.type} 비밀 값으로 보입니다",
                        ),
                    )
