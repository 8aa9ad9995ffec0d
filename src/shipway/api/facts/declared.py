"""What a project's files say of it; nothing that runs is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shipway.api.facts.backups import declared_backups
from shipway.api.facts.checks import checked, planned
from shipway.api.facts.measured import declared_indicators, levels
from shipway.api.facts.stand_ins import STAND_IN, load_without_secrets
from shipway.api.facts.variables import variable_facts
from shipway.backup.sources import inventory
from shipway.checks import check_files
from shipway.checks.day import day_of
from shipway.documents import Facts
from shipway.documents.application import environment_facts, log_level
from shipway.documents.facts import EnvironmentFacts
from shipway.documents.registers.configuration import configuration
from shipway.documents.registers.folders import folders
from shipway.documents.registers.issues import minor_issues
from shipway.documents.registers.recommendations import recommendations
from shipway.documents.registers.tracker import tracked_files
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup import BackupKind
from shipway.spec import load_spec
from shipway.spec.composition import default_files
from shipway.spec.layers import Layer
from shipway.spec.load import Loaded, load_and_judge
from shipway.spec.redact import SECRET_NAME
from shipway.spec.values import EnvironmentSpec, Spec

Values = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The facts, and the applications that they were made of, by environment."""

    facts: Facts
    spec: Spec
    loaded: Mapping[str, Loaded]

    @property
    def main(self) -> Application | None:
        """Return the application of the environment that the documents are about."""
        main = self.facts.main
        found = self.loaded.get(main.name) if main is not None else None
        return found.app if found is not None else None


def declared_facts(directory: Path, *, at: float, commit: str = "") -> Facts:
    """Return what the files below `directory` say.

    An environment that cannot be resolved keeps the reason as its `problem`.
    """
    return declared(directory, at=at, commit=commit).facts


def declared(
    directory: Path, *, at: float, commit: str = "", values: Values | None = None
) -> Declared:
    """Return the same with the applications; values: an environment's secrets, by its name."""
    spec = load_spec(directory)
    loaded, environments = _loaded(spec, directory, values)
    facts = Facts(
        project=spec.project or directory.name,
        at=at,
        about=spec.document,
        live=False,
        language=spec.language,
        commit=commit,
        compose_files=spec.compose or default_files(directory),
        environments=environments,
        variables=variable_facts(loaded, vault=values is not None),
        folders=folders(directory),
        issues=minor_issues(directory, spec.document),
        tracked=tracked_files(directory, spec.document),
        log_levels=tuple(
            (name, level) for name, one in loaded.items() if (level := log_level(one.app))
        ),
    )
    found = Declared(facts=facts, spec=spec, loaded=loaded)
    return replace(found, facts=_with_checks(found, directory, commit))


def _loaded(
    spec: Spec, directory: Path, values: Values | None
) -> tuple[dict[str, Loaded], tuple[EnvironmentFacts, ...]]:
    loaded: dict[str, Loaded] = {}
    environments = []
    for name, one in spec.environments.items():
        try:
            loaded[name] = (
                load_and_judge(directory, environment=name, variables=values(name))
                if values
                else load_without_secrets(directory, name)
            )
        except Problem as problem:
            environments.append(
                EnvironmentFacts(name=name, port=one.port or 0, problem=problem.message)
            )
            continue
        environments.append(
            replace(
                environment_facts(loaded[name].app, secrets_of(loaded[name])),
                layers=_layers(spec, one, name),
                data=data_of(loaded[name].app),
            )
        )
    return loaded, tuple(environments)


def secrets_of(loaded: Loaded) -> frozenset[str]:
    """Return the values that Compose may have interpolated and that nobody shall see."""
    return frozenset({STAND_IN}) | frozenset(
        value
        for key, value in loaded.layers.seen_by_compose.items()
        if SECRET_NAME.search(key)
        or (
            key in loaded.layers.variables
            and loaded.layers.variables[key].origin.layer is Layer.STORE
        )
    )


def data_of(app: Application) -> tuple[str, ...]:
    """Return the names of what holds data: databases, volumes, buckets.  Pure."""
    return tuple(one.subject for one in inventory(app).sources if one.kind is not BackupKind.STATE)


def _layers(spec: Spec, environment: EnvironmentSpec, name: str) -> tuple[str, ...]:
    files = [item.path for item in (*spec.env_files, *environment.env_files)]
    return tuple(path.replace("{environment}", name) for path in files)


def _with_checks(found: Declared, directory: Path, commit: str) -> Facts:
    """Return the facts with what is judged over the files, and what rests on the application."""
    facts, app, spec = found.facts, found.main, found.spec
    report = check_files(directory, today=day_of(spec, facts.at))
    checks = tuple(checked(one, at=facts.at, commit=commit) for one in report.outcomes)
    facts = replace(
        facts,
        checks=checks,
        configuration=tuple(configuration(directory, (spec.source.path, *facts.compose_files))),
    )
    if app is None:
        return facts
    backups, recovery = declared_backups(app)
    return replace(
        facts,
        checks=(*checks, *planned(app, ())),
        backups=backups,
        recovery=recovery,
        indicators=declared_indicators(app),
        levels=levels(app),
        recommendations=tuple(
            recommendations(app, spec.document.recommendations, checks, (), structured_logs=0)
        ),
        releases_kept=app.policy.releases_kept,
    )
