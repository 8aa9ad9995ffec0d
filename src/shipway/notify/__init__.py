"""Telling people: Apprise behind the port Notifier."""

from shipway.notify.apprise_notifier import AppriseNotifier

__all__ = ["AppriseNotifier"]
