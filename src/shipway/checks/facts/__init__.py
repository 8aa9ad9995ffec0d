"""The files of a project, each kind read once, when the first check asks for it.

Owns reading; judging is the checks' business.  Nothing is run, imported or fetched, and a
file that cannot be read is empty here: what is wrong with it is a check of its own.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from shipway.checks.facts.compose import ComposeView, Service
from shipway.checks.facts.compose_files import compose_views
from shipway.checks.facts.declared import always_set, spec_of
from shipway.checks.facts.defaults import Default, defaults
from shipway.checks.facts.dependencies import dependencies
from shipway.checks.facts.dockerfiles import Dockerfile, dockerfiles
from shipway.checks.facts.env import EnvFile, EnvRole, env_files
from shipway.checks.facts.files import Files
from shipway.checks.facts.nginx import NginxFile, nginx_files
from shipway.checks.facts.paths import aside, joined, within
from shipway.checks.facts.scripts import Script, scripts
from shipway.checks.facts.settings import SettingsClass, settings_classes
from shipway.checks.facts.workflows import Workflow, workflows
from shipway.errors import Problem
from shipway.spec.values import Spec


class Facts:
    """What the checks look at.  Raises Problem `no-such-directory`."""

    def __init__(self, root: Path, *, exported: bool = False) -> None:
        if not root.is_dir():
            raise Problem(
                "no-such-directory",
                f"{root} is no directory.",
                hints=["shipway check --static PATH, with a project's directory"],
            )
        self.root = root.resolve()
        self.files = Files(self.root, exported=exported)

    @cached_property
    def compose(self) -> tuple[ComposeView, ...]:
        """Return every set of Compose files."""
        return compose_views(self.files)

    @cached_property
    def declared(self) -> Spec | None:
        """Return the project's shipway.yaml, None without one.  Raises Problem where it is wrong."""
        return spec_of(self.root)

    @property
    def spec(self) -> Spec | None:
        """Return the project's shipway.yaml; None where there is none that can be read."""
        try:
            return self.declared
        except Problem:
            return None

    @cached_property
    def deployed(self) -> tuple[ComposeView, ...]:
        """Return the sets of Compose files that are deployed and load."""
        return tuple(view for view in self.compose if view.deployed and view.project)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Return the services of what is deployed."""
        return tuple(service for view in self.deployed for service in view.services)

    @cached_property
    def env_files(self) -> tuple[EnvFile, ...]:
        """Return the files of variables."""
        return tuple(file for file in env_files(self.files) if not aside(file.path))

    @cached_property
    def env_examples(self) -> tuple[EnvFile, ...]:
        """Return the examples that people copy."""
        return tuple(file for file in self.env_files if file.role is EnvRole.EXAMPLE)

    @cached_property
    def env_values(self) -> tuple[EnvFile, ...]:
        """Return the files whose values a process gets."""
        return tuple(file for file in self.env_files if file.role is EnvRole.VALUES)

    @cached_property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """Return the Dockerfiles that are deployed."""
        return dockerfiles(self.files)

    @cached_property
    def nginx(self) -> tuple[NginxFile, ...]:
        """Return the nginx files."""
        return nginx_files(self.files)

    @cached_property
    def dependencies(self) -> frozenset[str]:
        """Return the names of the libraries that the project declares."""
        return dependencies(self.files)

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """Return the GitHub workflows."""
        return workflows(self.files)

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """Return every piece of shell."""
        return scripts(self.files)

    @cached_property
    def settings(self) -> tuple[SettingsClass, ...]:
        """Return the pydantic Settings classes."""
        return settings_classes(self.files)

    @cached_property
    def python(self) -> tuple[str, ...]:
        """Return the paths of the project's own Python files."""
        return tuple(
            path for path in self.files.named("*.py") if not aside(path) and not _is_test(path)
        )

    @cached_property
    def code(self) -> tuple[str, ...]:
        """Return the paths of the project's own code, Python and JavaScript."""
        more = self.files.named("*.ts", "*.tsx", "*.js", "*.jsx", "*.mjs", "*.vue", "*.svelte")
        return self.python + tuple(path for path in more if not aside(path) and not _is_test(path))

    @cached_property
    def defaults(self) -> tuple[Default, ...]:
        """Return what the code takes where a variable is not set, and the contract lets it."""
        spec, found = self.spec, defaults(self.files, self.code, self.settings)
        return tuple(
            item for item in found if not always_set(spec, self.services, item.key, item.path)
        )

    @cached_property
    def deployed_code(self) -> tuple[str, ...]:
        """Return the code below what Compose builds; all of it where that is not said."""
        contexts = {context for item in self.services if (context := item.build_context())}
        if not contexts:
            return self.code
        return tuple(path for path in self.code if any(within(item, path) for item in contexts))

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Return the paths of Markdown documents."""
        return tuple(path for path in self.files.named("*.md") if not aside(path))

    def nginx_mounted_at(self, path: str) -> str:
        """Return where a service mounts an nginx file or a Dockerfile copies it; empty: unknown."""
        for service in self.services:
            for _, mount in service.mounts():
                if str(mount.get("source", "")) == str(self.root / path):
                    return str(mount.get("target", ""))
        for file in self.dockerfiles:
            folder = file.path.rpartition("/")[0]
            for instruction in file.final.of("COPY", "ADD"):
                words = [word for word in instruction.value.split() if not word.startswith("--")]
                if len(words) == 2 and path in {joined(folder, words[0]), joined(".", words[0])}:
                    return words[1]
        return ""


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (
        name.startswith(("test_", "conftest"))
        or "_test." in name
        or ".test." in name
        or ".spec." in name
    )
