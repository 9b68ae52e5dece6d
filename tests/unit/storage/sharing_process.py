"""One of several processes on one file: asks and tells, and prints the numbers it got."""

from __future__ import annotations

import sys

from tunewright.storage import Header, Sqlite


def main(path: str, trials: int) -> None:
    storage = Sqlite(path)  # all start together: some find no file, one of them makes it
    storage.create(Header("digits", "{}", {"loss": "minimize"}, 0))
    known = 0
    for _ in range(trials):
        claim = storage.ask("digits", 1, known, lambda numbers, changes: [{"x": 0.5} for _ in numbers])
        known = claim.seen
        storage.tell("digits", claim.numbers[0], state=1, values={"loss": 1.0}, finished=1.0)
        sys.stdout.write(f"{claim.numbers[0]}\n")
    storage.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
