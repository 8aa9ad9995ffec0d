"""Where Shipway keeps things: moved to `shipway.places`, which the command line shares."""

from shipway.places import Places, places

__all__ = ["Places", "places"]
