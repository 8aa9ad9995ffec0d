"""Telling people by Apprise, and Sentry of deploys."""

from shipway.notify.apprise_notifier import AppriseNotifier
from shipway.notify.sentry import SentryReporter

__all__ = ["AppriseNotifier", "SentryReporter"]
