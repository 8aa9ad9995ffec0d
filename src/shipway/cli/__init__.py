"""The command line: a thin edge that tells what happens and asks before it acts."""
