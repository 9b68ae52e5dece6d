"""Entry point of the ``tunewright`` command."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from tunewright.cli.commands import COMMANDS
from tunewright.errors import TunewrightError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 failed, 2 wrong usage, 130 interrupted)."""
    parser = argparse.ArgumentParser(
        prog="tunewright",
        description="Tune the hyperparameters of deep-learning models. Studies live in one SQLite file each, "
        "or several in one.",
        epilog="Start with: tunewright demo",
    )
    parser.add_argument("--verbose", action="store_true", help="log each new best trial and each failure")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.summary, description=command.description)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.ERROR, format="%(message)s")
    try:
        options.run(options)
    except (TunewrightError, ValueError) as error:
        print(f"tunewright: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntunewright: interrupted; what was recorded is kept, and the same command goes on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader of our output left (head, less): nothing is wrong, and nothing more can be printed
        sys.stderr.close()
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
