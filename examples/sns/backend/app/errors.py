"""Sentry, where a DSN is set; without one nothing is imported and nothing leaves the server."""

from __future__ import annotations

from app.config import settings


def report_errors() -> None:
    """Report what is not handled; FastAPI and Celery are recognised by the library itself."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.APP_ENV,
        release=settings.SHIPWAY_COMMIT or None,
        traces_sample_rate=0.1 if settings.APP_ENV == "production" else 1.0,
    )
