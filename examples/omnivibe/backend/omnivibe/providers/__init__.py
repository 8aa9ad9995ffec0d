"""The paid services, each behind a switch: `live` asks them, `mock` makes its answers here."""

from omnivibe.settings import settings

MOCK = settings.providers == "mock"
