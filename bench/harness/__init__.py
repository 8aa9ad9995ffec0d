"""What the benchmarks share: a daemon of their own, the board, the load's watch, results."""
