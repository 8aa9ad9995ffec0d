"""The one table of keys of shipway.yaml.

The reader, `schema/shipway.schema.json` and `docs/shipway-yaml.md` all come from it.
Where a default is written here, it is also the default of the value in `model`; a test
holds them together.
"""

from shipway.spec.keys.root import ROOT

__all__ = ["ROOT"]
