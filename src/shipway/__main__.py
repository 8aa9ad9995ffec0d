"""`python -m shipway`: the same as the `shipway` command.

Ctrl-C while Python still reads the program ends it as quietly as later.
"""

import sys


def main() -> int:
    """Run the command line; return its exit code."""
    words = sys.argv[1:]
    if words == ["--version"]:  # scripts ask it again and again: nothing else is read for it
        from shipway import __version__

        print(f"shipway {__version__}")
        return 0
    try:
        if "status" in words:
            from shipway.cli.quick import quick

            code = quick(words)
            if code is not None:
                return code
        from shipway.cli.main import main as run
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        from shipway.cli.main import reader_gone

        return reader_gone()
    return run()


if __name__ == "__main__":
    sys.exit(main())
