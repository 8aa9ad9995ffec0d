"""The daemon: the one writer of the state, never in the path of traffic."""
