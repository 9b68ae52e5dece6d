"""A process to be killed: asks and tells as fast as it can, and prints each number once its tell is acknowledged."""

from __future__ import annotations

import sys

from tunewright.storage import Sqlite


def main(path: str) -> None:
    storage = Sqlite(path)
    known = 0
    while True:
        claim = storage.ask("digits", 1, known, lambda numbers, changes: [{"x": number / 3} for number in numbers])
        number = claim.numbers[0]
        storage.report("digits", number, 0, {"loss": float(number)})
        known = storage.tell("digits", number, state=1, values={"loss": float(number)}, finished=1.0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
