"""The checklist that executes: small functions over a project's files, with evidence.

    from shipway.checks import check_files

    report = check_files(Path("."), today=date.today())
    report.failed_errors        # what must be mended, with file, line and fix

Owns the checks and how they are run; how they are shown is the command line's business.
Nothing here needs a server, Docker or the daemon, and nothing is run or fetched.
"""

from __future__ import annotations

from shipway.checks.facts import Facts
from shipway.checks.model import Area, Check, Edit, Finding, Result, Severity, Words
from shipway.checks.registry import all_checks
from shipway.checks.run import Outcome, Report, check_files, run_check

__all__ = [
    "Area",
    "Check",
    "Edit",
    "Facts",
    "Finding",
    "Outcome",
    "Report",
    "Result",
    "Severity",
    "Words",
    "all_checks",
    "check_files",
    "run_check",
]
