"""What shipway.yaml sees to is no finding: the fault cannot happen to who deploys with it."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Inspect

COMPOSE = """\
services:
  api: {build: ./app}
  worker: {build: ./app, command: celery -A tasks worker}
  front:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
"""
FILES = {
    "compose.yaml": COMPOSE,
    "app/settings.py": 'KEY = os.environ.get("SECRET_KEY", "dev")\n'
    'FROM = os.environ.get("CSRF_TRUSTED_ORIGINS", "http://localhost").split(",")\n',
    "app/config.py": "class Settings(BaseSettings):\n"
    '    model_config = SettingsConfigDict(env_prefix="SHOP_")\n'
    '    jwt_secret: str = "dev"\n',
    "nginx.conf": "server { listen 80; location / { proxy_pass http://api:8000; } }\n",
}
PROMISED = """\
contract:
  SECRET_KEY: {generate: hex 32}
  SHOP_JWT_SECRET: {generate: hex 32}
  CSRF_TRUSTED_ORIGINS: required
"""


SECRETS = ["app/config.py:3", "app/settings.py:1"]
ORIGINS = ["app/settings.py:2"]


def found(inspect: Inspect, check: str, spec: str | None, **more: str) -> list[str]:
    files = {**FILES, **more} if spec is None else {**FILES, **more, "shipway.yaml": spec}
    places = [item.place for item in inspect(check, files).findings]
    return [f"{place.path}:{place.line}" for place in places]


@pytest.mark.parametrize(
    ("spec", "secrets", "origins"),
    [
        (None, SECRETS, ORIGINS),
        ("project: shop\n", SECRETS, ORIGINS),
        ("contract: {SECRET_KEY: {generate: ", SECRETS, ORIGINS),  # cannot be read
        (PROMISED, [], []),
        (PROMISED.replace("}", ", services: [api, worker]}"), [], []),
        (PROMISED.replace("}", ", services: [worker]}"), [], []),  # who needs it says the contract
        (PROMISED.replace("}", ", services: [front]}"), SECRETS, []),  # is not built of the file
        (PROMISED.replace("required", "{required: [production]}"), [], ORIGINS),
    ],
)
def test_a_default_that_can_never_be_taken_is_no_finding(
    inspect: Inspect, spec: str | None, secrets: list[str], origins: list[str]
) -> None:
    """R059: the contract refuses a rollout without the variable, to each service that needs it."""
    assert found(inspect, "code.secret-default", spec) == secrets
    assert found(inspect, "code.cors-default", spec) == origins


def test_an_nginx_behind_the_ingress_needs_no_certificate(inspect: Inspect) -> None:
    """R137: the ingress speaks TLS; one that stands on the server itself still has to."""
    assert found(inspect, "proxy.https-redirect", None) == ["nginx.conf:1"]
    assert found(inspect, "proxy.https-redirect", "project: shop\n") == []
    own = {"server/nginx.conf": FILES["nginx.conf"]}
    assert found(inspect, "proxy.https-redirect", "project: shop\n", **own) == [
        "server/nginx.conf:1"
    ]
