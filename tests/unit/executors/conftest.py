"""Objectives of these tests live in a module that worker processes can import, wherever pytest was started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
