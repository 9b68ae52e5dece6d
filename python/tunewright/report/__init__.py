"""A study as one page for people: a file that needs nothing else, or a server that follows a running study."""

from __future__ import annotations

__all__ = ["Dashboard", "render", "serve", "write"]

from tunewright.report.serving import Dashboard, serve
from tunewright.report.writing import render, write
