"""The living documents: what a team wrote by hand, made from what is really there."""

from shipway.documents.facts import Facts
from shipway.documents.freshness import is_fresh, written_as
from shipway.documents.kinds import KINDS
from shipway.documents.render import FORMATS
from shipway.documents.writing import written

__all__ = ["FORMATS", "KINDS", "Facts", "is_fresh", "written", "written_as"]
