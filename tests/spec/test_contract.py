from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.model.addresses import address, addresses
from shipway.spec import load_application
from shipway.spec.load import load_and_judge
from tests.spec.projects import DOCKERFILE, write

TWO = """\
services:
  api:
    build: .
    ports: ["8000:8000"]
  worker:
    build: .
    command: celery -A app worker
"""

STRONG = "9b2c5f0e7a41d8836fb1c0aa57e2d94f1188aa0c"


def judged(
    directory: Path,
    contract: str,
    values: dict[str, str] | None = None,
    *,
    environment: str = "staging",
    compose: str = TWO,
    more: str = "",
) -> list[str]:
    """Return the verdicts, those that do not block with a ~ before them."""
    spec = (
        f"project: shop\n{more}contract:\n{_indented(contract)}" if contract else "project: shop\n"
    )
    write(directory, {"shipway.yaml": spec, "compose.yaml": compose, "Dockerfile": DOCKERFILE})
    loaded = load_and_judge(directory, environment=environment, variables=values)
    return [f"{'' if item.blocks else '~'}{item}" for item in loaded.verdicts]


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.strip().splitlines())


CASES = [
    # contract, values, verdicts
    ("A: required", {}, ["api, worker: A has no value (required)"]),
    ("A: required", {"A": "x"}, []),
    ("A: optional", {}, []),
    ("A: {services: [worker], required: true}", {}, ["worker: A has no value (required)"]),
    ("A: {required: [production]}", {}, []),
    (
        "A: {required: [staging, production]}",
        {},
        ["api, worker: A has no value (required in staging)"],
    ),
    ("A: {required: {AI_PROVIDER: openai}}", {"AI_PROVIDER": "claude"}, []),
    (
        "A: {required: {AI_PROVIDER: [openai, azure]}}",
        {"AI_PROVIDER": "azure"},
        ["api, worker: A has no value (required where AI_PROVIDER is openai or azure)"],
    ),
    (
        'A: {required: {SENTRY_DSN: "*"}}',
        {"SENTRY_DSN": "https://k@s.io/1"},
        ["api, worker: A has no value (required where SENTRY_DSN is set)"],
    ),
    ("A: {type: int}", {"A": "x1"}, ["api, worker: A must be a whole number"]),
    ("A: {type: int}", {"A": "-12"}, []),
    ("A: {type: bool}", {"A": "maybe"}, ["api, worker: A must be true or false"]),
    ("A: {type: bool}", {"A": "True"}, []),
    ("A: {type: url}", {"A": "shop.example.com"}, ["api, worker: A must be a URL"]),
    ("A: {type: url}", {"A": "redis://r:6379/0"}, []),
    ("A: {type: hex}", {"A": "abc"}, ["api, worker: A must be hexadecimal"]),
    ("A: {type: hex}", {"A": "abcd"}, []),
    ("A: {type: base64}", {"A": "a?"}, ["api, worker: A must be base64"]),
    ("A: {type: base64}", {"A": "YQ=="}, []),
    ("A: {type: json}", {"A": "{"}, ["api, worker: A must be JSON"]),
    ("A: {type: json}", {"A": "{}"}, []),
    ("A: {type: path}", {"A": "C:\\keys"}, ["api, worker: A must be an absolute path"]),
    ("A: {type: path}", {"A": "/keys"}, []),
    ("A: {type: email}", {"A": "me"}, ["api, worker: A must be an e-mail address"]),
    ("A: {type: email}", {"A": "me@x.kr"}, []),
    (
        "A: {type: list}",
        {"A": "a,,b"},
        ["api, worker: A must be a list, parted by commas and without gaps, or a JSON list"],
    ),
    ("A: {type: list}", {"A": '["a","b"]'}, []),
    ("A: {allowed: [x, y]}", {"A": "z"}, ["api, worker: A must be one of x, y"]),
    ("A: {allowed: [x, y]}", {"A": "y"}, []),
    ("A: {min_length: 4}", {"A": "abc"}, ["api, worker: A has 3 characters, fewer than 4"]),
    ("A: {min_length: 4}", {"A": "abcd"}, []),
    ('A: {pattern: "v[0-9]+"}', {"A": "v1x"}, ["api, worker: A does not have the form v[0-9]+"]),
    ('A: {pattern: "v[0-9]+"}', {"A": "v12"}, []),
    ("A: {equals: B}", {"A": "1", "B": "2"}, ["api, worker: A must be the same as B, and is not"]),
    ("A: {equals: B}", {"A": "1", "B": "1"}, []),
    (
        "A: {group: stripe}\nB: {group: stripe}",
        {"B": "x"},
        ["A has no value, and B of the group stripe has one: all of them, or none"],
    ),
    ("A: {group: stripe}\nB: {group: stripe}", {"A": "x", "B": "y"}, []),
    ("A: {group: stripe}\nB: {group: stripe}", {}, []),
    ("A: {fixed: {staging: 'x'}}", {"A": "y"}, ["api, worker: A must be x in staging"]),
    ("A: {fixed: {production: 'x'}}", {"A": "y"}, []),
    (
        "A: {secret: true}",
        {"A": "password"},
        ["~api, worker: A is a value that everybody tries first"],
    ),
    (
        "A: {secret: true}",
        {"A": "aaaaaaaaaaaaaaaa"},
        ["~api, worker: A is easy to guess: about 0 bits, 64 are wanted"],
    ),
    ("A: {secret: true}", {"A": STRONG}, []),
    ("A: {secret: true}", {"A": "your-key-here"}, ["api, worker: A is a placeholder, not a value"]),
    (
        "A: optional",
        {"A": "# JWT signing key"},
        ["api, worker: A is a comment, not a value"],
    ),
    (
        "URL: optional",
        {"URL": "postgres://postgres:postgres@db/x"},
        ["~api, worker: URL holds a password that everybody tries first"],
    ),
    (
        "CORS_ORIGINS: optional",
        {"CORS_ORIGINS": "*"},
        ["~api, worker: CORS_ORIGINS lets every site in (*)"],
    ),
    (
        "CORS_ORIGINS: optional",
        {"CORS_ORIGINS": "https://a.kr,http://localhost:3000"},
        ["~api, worker: CORS_ORIGINS lets localhost in"],
    ),
    ("CORS_ORIGINS: optional", {"CORS_ORIGINS": "https://a.kr"}, []),
    ("A: {services: [], required: true}", {}, ["A has no value (required)"]),
    ("A: {services: [], required: true}", {"A": "x"}, []),
]


@pytest.mark.parametrize(("contract", "values", "verdicts"), CASES)
def test_every_rule_has_a_value_that_breaks_it_and_one_that_keeps_it(
    tmp_path: Path, contract: str, values: dict[str, str], verdicts: list[str]
) -> None:
    """R038 to R058, R068."""
    assert judged(tmp_path, contract, values) == verdicts


@pytest.mark.parametrize(
    ("contract", "values"),
    [
        ("A: {secret: true}", {"A": "password"}),
        ("CORS_ORIGINS: optional", {"CORS_ORIGINS": "*"}),
        ("URL: optional", {"URL": "postgres://postgres:postgres@db/x"}),
    ],
)
def test_what_is_weak_blocks_production_only(
    tmp_path: Path, contract: str, values: dict[str, str]
) -> None:
    """R068."""
    assert judged(tmp_path, contract, values)[0].startswith("~")
    assert not judged(tmp_path, contract, values, environment="production")[0].startswith("~")


@pytest.mark.parametrize(
    ("values", "staging", "production"),
    [
        ({"NOTE": "# what this is for"}, "noted", "refused"),
        ({"JWT_SECRET": "your-secret-key"}, "noted", "refused"),
        ({"JWT_SECRET": "secret"}, "noted", "noted"),
        ({"CORS_ORIGINS": "*"}, "noted", "noted"),
        ({"COLOUR": "#ffcc00", "TITLE": "change me", "A": "1"}, "good", "good"),
    ],
)
def test_without_a_contract_only_blatant_faults_are_named_and_few_block_production(
    tmp_path: Path, values: dict[str, str], staging: str, production: str
) -> None:
    """D01: a plain project deploys without a contract."""
    for environment, wanted in (("staging", staging), ("production", production)):
        found = judged(tmp_path, "", values, environment=environment)
        said = {"noted" if item.startswith("~") else "refused" for item in found} or {"good"}
        assert said == {wanted}


def test_a_refusal_names_every_fault_its_service_and_the_command_that_mends_it(
    tmp_path: Path,
) -> None:
    """R038."""
    contract = """
JWT_SECRET: {source: generated, services: [api]}
SESSION_SECRET: {source: generated, services: [api]}
OPENAI_API_KEY: {required: {AI_PROVIDER: openai}, services: [worker]}
LOG_LEVEL: {allowed: [INFO, DEBUG]}
PUBLIC_URL: {required: true, services: [api]}
"""
    spec = f"project: shop\ncontract:\n{_indented(contract)}"
    write(tmp_path, {"shipway.yaml": spec, "compose.yaml": TWO, "Dockerfile": DOCKERFILE})
    with pytest.raises(Problem) as caught:
        load_application(
            tmp_path,
            environment="staging",
            variables={"AI_PROVIDER": "openai", "LOG_LEVEL": "LOUD"},
        )
    assert (
        str(caught.value)
        == """\
staging: 5 variables are not as the application needs them. Nothing was changed.
  | api: JWT_SECRET has no value (required)
  | api: SESSION_SECRET has no value (required)
  | worker: OPENAI_API_KEY has no value (required where AI_PROVIDER is openai)
  | api, worker: LOG_LEVEL must be one of INFO, DEBUG
  | api: PUBLIC_URL has no value (required)
Hint: shipway secret generate --missing -e staging
Hint: shipway secret set OPENAI_API_KEY -e staging
Hint: shipway env explain LOG_LEVEL -e staging
Hint: write PUBLIC_URL: … below environments.staging.variables in shipway.yaml"""
    )


def test_no_verdict_shows_a_value(tmp_path: Path) -> None:
    """R061."""
    canary = "canary5a5a"
    contract = "\n".join(
        f"V{index}: {{{rule}}}"
        for index, rule in enumerate(
            [
                "type: int",
                "type: hex",
                "type: email",
                "allowed: [x]",
                "min_length: 99",
                'pattern: "x"',
                "equals: OTHER",
                "fixed: {staging: other}",
                "secret: true",
            ]
        )
    )
    values = {f"V{index}": canary for index in range(9)}
    found = judged(tmp_path, contract, values)
    assert len(found) == 9
    assert canary not in "\n".join(found)


def test_a_common_value_is_refused_where_each_environment_wants_its_own(tmp_path: Path) -> None:
    """D25: staging and production must not share a database."""
    contract = "DATABASE_URL: {source: per-environment}"
    more = "variables: {DATABASE_URL: postgres://db/app}\n"
    assert judged(tmp_path, contract, more=more) == [
        "DATABASE_URL must be another in each environment, and is set for all of them at once"
    ]
    more = "environments: {staging: {variables: {DATABASE_URL: postgres://db/app}}}\n"
    assert judged(tmp_path, contract, more=more) == []


def test_services_that_must_agree_are_named_when_they_drift(tmp_path: Path) -> None:
    """D33: the same variable in several places."""
    compose = """\
services:
  api: {build: ., ports: ["8000:8000"], environment: {QUEUE: a}}
  worker: {build: ., command: celery -A app worker, environment: {QUEUE: b}}
"""
    contract = "QUEUE: {same: true}"
    assert judged(tmp_path, contract, compose=compose) == [
        "api, worker: QUEUE must be the same in each of them, and is not"
    ]
    assert judged(tmp_path, contract, {"QUEUE": "c"}, compose=compose) == []


def test_a_build_time_variable_must_be_a_build_argument(tmp_path: Path) -> None:
    """R075. R042, D30: NEXT_PUBLIC_ at run time has no effect."""
    contract = "NEXT_PUBLIC_API_URL: {build_time: true, required: true, services: [api]}"
    values = {"NEXT_PUBLIC_API_URL": "https://a.kr"}
    assert judged(tmp_path, contract, values) == [
        "api: NEXT_PUBLIC_API_URL is no build argument: it has an effect while building only"
    ]
    compose = TWO.replace(
        "api:\n    build: .\n",
        "api:\n    build: {context: ., args: {NEXT_PUBLIC_API_URL: '${NEXT_PUBLIC_API_URL}'}}\n",
    )
    assert judged(tmp_path, contract, values, compose=compose) == []


def test_defaults_and_fixed_values_are_supplied_where_nothing_else_sets_them(
    tmp_path: Path,
) -> None:
    """R058: DEBUG is false in production."""
    spec = """\
project: shop
contract:
  LOG_LEVEL: {default: INFO}
  DEBUG: {fixed: {production: "false"}, default: "true"}
  WORKERS: {default: 4, services: [worker]}
  OWN: {default: unused}
"""
    compose = TWO.replace(
        "    build: .\n    ports",
        "    build: .\n    environment: {OWN: mine, SEEN: '${LOG_LEVEL}'}\n    ports",
    )
    write(tmp_path, {"shipway.yaml": spec, "compose.yaml": compose, "Dockerfile": DOCKERFILE})
    app = load_application(tmp_path, environment="production")
    api = app.service("api").environment
    assert {key: api[key] for key in ("LOG_LEVEL", "DEBUG", "OWN", "SEEN")} == {
        "LOG_LEVEL": "INFO",
        "DEBUG": "false",
        "OWN": "mine",
        "SEEN": "INFO",
    }
    assert "WORKERS" not in api
    assert app.service("worker").environment["WORKERS"] == "4"
    assert (
        load_application(tmp_path, environment="staging").service("api").environment["DEBUG"]
        == "true"
    )


DERIVED = """\
project: shop
environments:
  production: {host: shop.example.com, port: 443}
  staging: {port: 4400, path: /shop}
contract:
  DATABASE_URL: {derive: "postgresql://app:${DB_PASSWORD}@db:5432/app?x=${DB_PASSWORD}"}
  CORS_ORIGINS: {derive: "${SHIPWAY_URL}"}
  NEXT_WS_URL: {derive: "${SHIPWAY_WS_URL}/ws"}
  CALLBACK: {derive: "${CORS_ORIGINS}/back"}
"""


def test_an_environment_has_one_address_for_variables_and_for_people(tmp_path: Path) -> None:
    """What a derived variable says is where the status says that people reach it."""
    write(tmp_path, {"shipway.yaml": DERIVED, "compose.yaml": TWO, "Dockerfile": DOCKERFILE})
    app = load_application(tmp_path, environment="production", variables={"DB_PASSWORD": "x"})
    (reached,) = addresses(app)
    assert reached == "https://shop.example.com/"
    assert reached == app.service("worker").environment["CORS_ORIGINS"] + "/"
    assert address("a.kr", port=80, tls=True, path="/x/") == "https://a.kr:80/x"
    assert address("a.kr", port=8080, tls=False) == "http://a.kr:8080"


def test_what_is_derived_follows_every_change_of_its_parts(tmp_path: Path) -> None:
    """R045, R067, D33: a password changes in one place."""
    write(tmp_path, {"shipway.yaml": DERIVED, "compose.yaml": TWO, "Dockerfile": DOCKERFILE})
    secret = {"DB_PASSWORD": "p@ss/word"}
    production = load_application(tmp_path, environment="production", variables=secret)
    values = production.service("worker").environment
    assert values["DATABASE_URL"] == "postgresql://app:p%40ss%2Fword@db:5432/app?x=p@ss/word"
    assert values["CORS_ORIGINS"] == "https://shop.example.com"
    assert values["NEXT_WS_URL"] == "wss://shop.example.com/ws"
    assert values["CALLBACK"] == "https://shop.example.com/back"
    staging = load_application(tmp_path, environment="staging", variables={"DB_PASSWORD": "other"})
    assert staging.service("api").environment["CORS_ORIGINS"] == "http://localhost:4400/shop"
    assert ":other@" in staging.service("api").environment["DATABASE_URL"]


def test_a_derived_variable_without_its_parts_says_which_is_missing(tmp_path: Path) -> None:
    contract = 'DATABASE_URL: {derive: "postgres://a:${DB_PASSWORD}@db", required: true}'
    assert judged(tmp_path, contract) == [
        "api, worker: DATABASE_URL cannot be composed: DB_PASSWORD has no value"
    ]


def test_a_circle_of_derived_variables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        judged(tmp_path, 'A: {derive: "${B}"}\nB: {derive: "x${A}"}')
    assert caught.value.kind == "contract-circle"
    assert "A → B → A" in caught.value.message


def test_a_secret_goes_to_the_services_that_the_contract_names_and_to_no_other(
    tmp_path: Path,
) -> None:
    spec = """\
project: shop
contract:
  API_TOKEN: {secret: true, services: [api]}
  S3_KEY: {services: []}
  API_URL: {services: [api], derive: "https://${API_TOKEN}"}
"""
    write(tmp_path, {"shipway.yaml": spec, "compose.yaml": TWO, "Dockerfile": DOCKERFILE})
    values = {"API_TOKEN": STRONG, "S3_KEY": "x", "BACKUP_S3_KEY": "y", "OTHER": "z"}
    app = load_application(tmp_path, environment="staging", variables=values)
    given = {item.name: sorted(set(item.environment) & set(values)) for item in app.services}
    assert given == {"api": ["API_TOKEN", "OTHER"], "worker": ["OTHER"]}
    assert "API_URL" in app.service("api").environment
    assert "API_URL" not in app.service("worker").environment


@pytest.mark.parametrize(
    ("key", "verbs"),
    [
        ("POSTGRES_PASSWORD", ["generate", "set"]),
        ("JWT_SECRET", ["generate", "set"]),
        ("OPENAI_API_KEY", ["set"]),
        ("PUBLIC_NAME", []),
    ],
)
def test_what_compose_insists_on_is_made_or_asked_for_by_who_gives_it(
    tmp_path: Path, key: str, verbs: list[str]
) -> None:
    """Nobody but its provider can give a key of theirs."""
    wanted = TWO.replace("build: .", f"build: .\n    environment: {{A: '${{{key}:?}}'}}", 1)
    files = {"shipway.yaml": "project: shop\n", "compose.yaml": wanted, "Dockerfile": DOCKERFILE}
    write(tmp_path, files)
    with pytest.raises(Problem) as caught:
        load_application(tmp_path, environment="staging")
    commands = [hint for hint in caught.value.hints if hint.startswith("shipway secret")]
    assert commands == [f"shipway secret {verb} {key} -e staging" for verb in verbs]


def test_a_secret_can_be_a_file_with_owner_and_mode_and_is_then_no_variable(
    tmp_path: Path,
) -> None:
    """R053, R063, D24: one way in, not two."""
    spec = """\
project: shop
files:
  - {secret: JWT_PRIVATE_KEY, target: /app/keys/jwt_private.pem, mode: "0600", owner: "1000"}
contract:
  JWT_PRIVATE_KEY: {generate: rs256, public: JWT_PUBLIC_KEY, services: [api]}
"""
    write(tmp_path, {"shipway.yaml": spec, "compose.yaml": TWO, "Dockerfile": DOCKERFILE})
    key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
    app = load_application(tmp_path, environment="staging", variables={"JWT_PRIVATE_KEY": key})
    (file,) = app.service("api").files
    assert file.content == f"{key}\n".encode()
    assert (file.mode, file.uid, file.target) == (0o600, 1000, "/app/keys/jwt_private.pem")
    assert "JWT_PRIVATE_KEY" not in app.service("api").environment
    with pytest.raises(Problem) as caught:
        load_application(tmp_path, environment="staging")
    assert caught.value.kind == "contract-broken"
    assert "JWT_PRIVATE_KEY has no value" in str(caught.value)
    assert "shipway secret generate JWT_PRIVATE_KEY -e staging" in caught.value.hints


@pytest.mark.parametrize(
    "contract",
    [
        "A: sometimes",
        "A: {generate: hex 32, derive: '${B}'}",
        "A: {generate: hex 32, source: manual}",
        "A: {source: derived}",
        "A: {public: B}",
        "A: {pattern: '('}",
        "A: {type: number}",
        "A: {services: [nobody]}",
        "A: {requird: true}",
    ],
)
def test_a_contract_that_cannot_be_is_refused_with_its_line(tmp_path: Path, contract: str) -> None:
    with pytest.raises(Problem) as caught:
        judged(tmp_path, contract)
    assert caught.value.source is not None
    assert caught.value.source.line == 3


def test_a_secret_that_is_to_be_a_file_is_missed_with_all_else_that_is_missing(
    tmp_path: Path,
) -> None:
    """R063."""
    more = "files: [{secret: TLS_KEY, target: /run/key.pem}]\n"
    assert judged(tmp_path, "A: required", more=more) == [
        "api, worker: A has no value (required)",
        "TLS_KEY is to be the file /run/key.pem, and has no value",
    ]
