"""Verdicts: of two configurations, of many, and the guide's function."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import tunewright as tw

A = [0.92, 0.91, 0.93, 0.90, 0.92]
B = [0.89, 0.90, 0.88, 0.91, 0.89]


class TestTheGuidesFunction:
    def test_it_works_as_written_there(self):
        compare_configurations = tw.stats.compare_configurations
        result = compare_configurations(config_a_scores=A, config_b_scores=B)
        assert result == "Statistically significant difference"
        assert compare_configurations(A, A[::-1]) == "No significant difference"

    def test_pairing_and_multiplicity_are_put_right(self):
        assert tw.stats.compare_configurations(A, B, paired=True) == "No significant difference"
        assert tw.stats.compare_configurations(A, B, comparisons=10) == "No significant difference"
        by_seed = tw.stats.compare_configurations(dict(enumerate(A)), dict(enumerate(B)))
        assert by_seed.details.paired

    def test_the_details_come_along(self):
        verdict = pickle.loads(pickle.dumps(tw.stats.compare_configurations(A, B)))
        assert verdict.details.winner == "A"
        assert "difference of 0.022" in str(verdict.details)


class TestTwo:
    def test_the_winner_follows_the_direction(self):
        assert tw.stats.compare(A, B).winner == "A"
        assert tw.stats.compare(A, B, maximize=False).winner == "B"
        assert "B is better than A: 0.894 against 0.916" in str(tw.stats.compare(A, B, maximize=False))

    def test_the_interval_excludes_zero_exactly_where_it_is_significant(self):
        generator = np.random.default_rng(0)
        for _ in range(40):
            a, b = generator.normal(1.2, 1.0, 6), generator.normal(0.0, 2.0, 9)
            for paired in (False, True):
                found = tw.stats.compare(a, b[:6] if paired else b, paired=paired, comparisons=3)
                assert found.significant == (0.0 not in found.difference)

    def test_no_difference_says_how_many_seeds_would_show_it(self):
        found = tw.stats.compare(A, B, paired=True)
        assert found.seeds_needed == tw.stats.seeds_needed(found.effect.estimate, paired=True)
        assert f"{found.seeds_needed} seeds" in str(found)

    @pytest.mark.parametrize(
        ("a", "b", "words"),
        [
            ([0.9], [0.8, 0.7], "A has 1, 2 or more are needed"),
            ([], [], "A has 0 and B has 0"),
            ([0.9] * 5, [0.8] * 5, "do not vary from seed to seed"),
            ([math.nan] * 3, [0.8] * 3, "3 of 3 scores of A are not finite"),
        ],
    )
    def test_what_is_missing_is_said(self, a, b, words):
        found = tw.stats.compare(a, b)
        assert not found.significant
        assert found.winner is None
        assert words in str(found)
        assert "cannot be told" in str(found)

    def test_every_part_answers_whatever_came(self):
        for a, b in ([], []), ([1.0], [1.0]), ([1.0] * 3, [1.0] * 3), (A, B[:2]), ([math.inf, 1.0], A):
            found = tw.stats.compare(a, b)
            parts = (found.rank_test, found.permutation_test, found.difference, found.effect, found.delta, found.belief)
            assert all(isinstance(str(part), str) for part in parts)

    def test_unequal_counts_and_unicode(self):
        found = tw.stats.compare(A, B[:3], names=("größer", "小"))
        assert "größer" in str(found)
        assert found.test.sizes == (5, 3)


class TestMany:
    def test_the_best_and_whom_it_beats(self):
        far = [score - 0.2 for score in A]
        found = tw.stats.compare_many({"far": far, "near": [score - 0.001 for score in A], "best": A})
        assert found.best == "best"
        assert found.beaten == ["far"]
        assert found.ties == ["near"]
        assert "significantly better than far" in str(found)

    def test_corrections_by_hand(self):
        assert tw.stats.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
        assert tw.stats.benjamini_hochberg([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.04, 0.04])
        assert tw.stats.holm([0.5, 0.9]).tolist() == [1.0, 1.0]
        nan = tw.stats.holm([math.nan, 0.02, 0.03])
        assert math.isnan(nan[0])
        assert nan[1:].tolist() == pytest.approx([0.04, 0.04])
        assert tw.stats.holm([]).tolist() == []
        with pytest.raises(ValueError, match="between 0 and 1"):
            tw.stats.holm([1.5])

    def test_against_one_makes_fewer_comparisons(self):
        scores = {name: np.add(A, i / 50) for i, name in enumerate("abcd")}
        assert len(tw.stats.compare_many(scores).pairs) == 6
        found = tw.stats.compare_many(scores, against="a", correction="benjamini-hochberg")
        assert [(pair.first, pair.second) for pair in found.pairs] == [("d", "a"), ("c", "a"), ("b", "a")]

    def test_seeds_pair_where_all_tell_them(self):
        found = tw.stats.compare_many({"a": {1: 3.0, 2: 4.0, 3: 5.0}, "b": {3: 4.0, 2: 3.5, 1: 2.0}})
        assert found.overall.test == "Friedman test"
        assert found.pairs[0].test.test == "paired t-test"

    def test_friedman_by_hand(self):
        # ranks (1, 2, 3), (1, 3, 2), (2, 1, 3): χ² = 12 n / (k (k + 1)) Σ (R̄ - 2)², F = (n - 1) χ² / (n (k - 1) - χ²)
        table = [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0]]
        chi2 = 12 * 3 / 12 * ((4 / 3 - 2) ** 2 + (2 - 2) ** 2 + (8 / 3 - 2) ** 2)
        assert tw.stats.friedman(table).statistic == pytest.approx(2 * chi2 / (3 * 2 - chi2))
        assert tw.stats.friedman([[1.0, 2.0]] * 4).pvalue == pytest.approx(1 / 8)
        assert math.isnan(tw.stats.friedman([[1.0, 1.0]] * 4).pvalue)

    def test_ugly_scores_get_sentences(self):
        for scores in (
            {"a": [], "b": []},
            {"a": [1.0], "b": [2.0]},
            {"a": [1.0] * 3, "b": [2.0] * 3, "c": [math.nan] * 3},
            {"a": {1: 2.0}, "b": {2: 2.0}},
            {f"p{i}": [float(i), i + 1.0] for i in range(60)},
        ):
            assert str(tw.stats.compare_many(scores)).endswith(".")
        with pytest.raises(ValueError, match="two configurations or more"):
            tw.stats.compare_many({"a": A})
