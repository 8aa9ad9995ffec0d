"""A daemon of its own with a tiny application, as in the acceptance tests."""

from tests.acceptance.conftest import app, engine, home, shipway

__all__ = ["app", "engine", "home", "shipway"]
