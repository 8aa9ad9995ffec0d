"""nginx files that nginx refuses to start with."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs


@check(
    "proxy.nginx-loads",
    ERROR,
    needs=needs.NGINX,
    serves=("D02", "R131"),
    title=Words("nginx can load its configuration", "nginx가 설정 파일을 읽을 수 있다"),
    fix=Words(
        "move the directive to the block it belongs to; `nginx -t` says the same",
        "지시어를 알맞은 블록으로 옮기세요. `nginx -t`도 같은 말을 합니다",
    ),
)
def nginx_loads(facts: Facts) -> Iterator[Finding]:
    """Find what nginx refuses: it is seen only when nginx starts anew, in production."""
    for file in facts.nginx:
        if not file.whole and facts.nginx_mounted_at(file.path) == "/etc/nginx/nginx.conf":
            yield Finding(
                place=Place(file.path, file.first_line()),
                wrong=Words(
                    "mounted as nginx's main file, but without an `events` and an `http` block",
                    "nginx의 주 설정 파일로 마운트되지만 `events`와 `http` 블록이 없습니다",
                ),
                fix=Words(
                    "wrap it: events {} http { … }, or mount it below /etc/nginx/conf.d/",
                    "events {} http { … }로 감싸거나 /etc/nginx/conf.d/ 아래에 마운트하세요",
                ),
            )
        for error in file.errors:
            yield Finding(
                place=Place(file.path, error.line),
                wrong=Words(f"nginx refuses: {error.text}", f"nginx가 거부합니다: {error.text}"),
            )
