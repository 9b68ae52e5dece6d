"""Strategies by the name their record gives them: what cannot be rebuilt is named."""

from __future__ import annotations

import pytest

import tunewright as tw
from tunewright.strategies import strategy_from_json

SPACE = tw.Space(x=tw.Float(0.0, 1.0))


def test_the_unknown_strategy_of_a_record_is_named():
    with pytest.raises(tw.errors.StudyError, match="'Mine'.*strategy="):
        strategy_from_json({"strategy": "Mine"}, SPACE)


def test_an_option_of_a_later_version_is_named():
    with pytest.raises(tw.errors.StudyError, match=r"TPE\(turbo=True\).*upgrade tunewright.*strategy="):
        strategy_from_json(tw.TPE().to_json(SPACE) | {"turbo": True}, SPACE)
