"""Where a process runs and of what code: what is recorded of each session. No environment variable is ever read."""

from __future__ import annotations

import os
import platform
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["environment", "lines"]

_PACKAGES = (
    "tunewright", "numpy", "scipy", "pandas", "torch", "torchvision", "lightning", "tensorflow", "keras", "jax",
    "jaxlib", "flax", "optax", "sklearn", "xgboost", "lightgbm", "catboost", "transformers", "datasets", "timm",
)  # fmt: skip
_SECRET = re.compile(r"(?i)(token|secret|password|passwd|credential|api[-_]?key|auth)")
_LONGEST = 300  # characters of an argument, such as a program given by -c
_PATIENCE = 3.0  # seconds for git to answer


def environment() -> dict[str, Any]:
    """Host, process, command, Python, versions of the packages that are imported, and the state of the code in git.

    Arguments of the command that look like secrets are left out.
    """
    return {
        "host": platform.node(),
        "process": os.getpid(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "command": _without_secrets(list(sys.orig_argv)),
        "packages": _packages(),
        "code": _code(_home(), os.getpid()),
    }


def lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The same for people: names and texts."""
    code = found.get("code") or {}
    changed = " with uncommitted changes" if code.get("dirty") else ""
    packages = ", ".join(f"{name} {version}" for name, version in found.get("packages", {}).items())
    told = [
        ("host", f"{found.get('host', '?')}, process {found.get('process', '?')}"),
        ("platform", f"{found.get('platform', '?')}, {found.get('processors', '?')} processors"),
        ("Python", str(found.get("python", "?"))),
        ("packages", packages),
        ("code", f"git {str(code['commit'])[:12]}{changed}" if code.get("commit") else "not in a git repository"),
        ("command", " ".join(map(str, found.get("command", ())))),
    ]
    return [(name, text) for name, text in told if text]


def _without_secrets(command: list[str]) -> list[str]:
    """The command without the values of options whose names speak of secrets."""
    shown, hide = [], False
    for word in command:
        name, equals, _ = word.partition("=")
        if hide:
            shown.append("…")
            hide = False
        elif _SECRET.search(name) and (equals or name.startswith("-")):
            shown.append(f"{name}=…" if equals else word)
            hide = not equals
        else:
            shown.append(word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…")
    return shown


def _packages() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        module = sys.modules.get(name)
        version = getattr(module, "__version__", None) if module is not None else None
        if isinstance(version, str):
            found[name] = version
    return found


def _home() -> str:
    """Where the program's code is: the folder of its main file, or the one that we are in."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    return str(Path(main).resolve().parent) if main else os.getcwd()


@cache
def _code(folder: str, process: int) -> dict[str, Any] | None:
    """Commit of the git repository around ``folder`` and whether tracked files differ; ``None`` without one."""
    del process  # a forked process asks anew
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(folder: str, *arguments: str) -> str | None:
    import subprocess  # of use once a process

    try:
        done = subprocess.run(
            ["git", "-C", folder, "--no-optional-locks", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would flash a console
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
