"""The report's file: whole, offline, escaped, and right about what it says."""

from __future__ import annotations

import base64
import json
import math
import re

import numpy as np
import pytest

import tunewright as tw
from tunewright.analysis.pictures import Axis, Line, Panel, Picture
from tunewright.report import render
from tunewright.report.packing import Pool, packed
from tunewright.report.sentences import summary

HOSTILE = "</script><b onclick=x>'\"&"
KINDS = {"f": "<f4", "d": "<f8", "i": "<i4"}


def study(values, **options):
    made = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random(), **options)
    for value in values:
        trial = made.ask()
        if value is None:
            made.tell(trial, state="failed", error="out of memory")
        else:
            made.tell(trial, value)
    return made


def content(page):
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.DOTALL)[1])


def unpacked(entry):
    return np.frombuffer(base64.b64decode(entry["b"]), KINDS[entry["k"]])


class TestWriting:
    def test_one_file_is_written_and_nothing_beside_it(self, tmp_path):
        path = study([1.0, 2.0]).report(tmp_path / "page.html")
        assert path == tmp_path / "page.html" and [p.name for p in tmp_path.iterdir()] == ["page.html"]
        assert path.read_text(encoding="utf-8").endswith("</html>\n")

    def test_it_refuses_a_place_that_is_not_there(self, tmp_path):
        with pytest.raises(OSError, match="nowhere"):
            study([1.0]).report(tmp_path / "nowhere" / "page.html")

    def test_it_asks_nothing_of_any_network(self):
        page = render(study([1.0, 2.0, 3.0]))
        assert re.findall(r"""(?:src|href)\s*=\s*["']?(?!#|data:,)[^"'\s>]+""", page) == []
        assert "url(" not in page and "@import" not in page and "default-src 'none'" in page
        assert "connect-src" not in page and "connect-src 'self'" in render(study([1.0]), live=True)

    def test_no_name_becomes_markup(self):
        made = tw.Study(
            tw.Space({HOSTILE: tw.Categorical(HOSTILE, "b")}),
            minimize=HOSTILE,
            name=HOSTILE,
            seed=0,
            strategy=tw.Random(),
        )
        made.tell(made.ask(), 1.0)
        made.tell(made.ask(), state="failed", error=HOSTILE)
        page = render(made)
        assert HOSTILE not in page and "<b onclick" not in page
        assert page.count("</script>") == 2
        assert HOSTILE in [column["name"] for column in content(page)["trials"]["columns"]]

    @pytest.mark.parametrize(
        "values", [[], [1.0], [None] * 3, [math.nan], [2.0] * 30, [math.inf, -math.inf, 1e300, -1e300, 1e-300]]
    )
    def test_awkward_records(self, values):
        page = render(study(values))
        assert content(page)["trials"]["rows"] == len(values)
        assert '<p class="lead">' in page

    def test_the_columns_of_the_table_are_the_record(self):
        made = study([1.5, None, math.inf, 2.5])
        told = content(render(made))
        columns = {column["name"]: column for column in told["trials"]["columns"]}
        loss = unpacked(told["arrays"][columns["loss"]["values"]])
        np.testing.assert_equal(loss, [1.5, np.nan, np.inf, 2.5])
        x = unpacked(told["arrays"][columns["x"]["values"]])
        assert x.tolist() == [trial.config["x"] for trial in made.trials]  # to the last bit
        assert columns["error"]["told"] == {"1": "out of memory"}


class TestPacking:
    def test_the_same_array_is_written_once(self):
        pool = Pool()
        x = np.linspace(0, 1, 50)
        line = Line(x, x, "a")
        told = packed(Picture("t", (Panel(Axis("x"), Axis("y"), (line, line)),)), "p", pool)
        marks = told["panels"][0]["marks"]
        assert len(pool.entries) == 1 and marks[0]["x"] == marks[1]["y"] == 0

    @pytest.mark.parametrize(
        ("values", "kind"),
        [([1, 2], "i"), ([0.5, np.nan, np.inf], "f"), ([1e-300, 1.0], "d"), ([1e300], "d"), ([2**40], "f"), ([], "f")],
    )
    def test_arrays_keep_what_pictures_need(self, values, kind):
        pool = Pool()
        pool.add(np.array(values))
        (entry,) = pool.entries
        assert entry["k"] == kind
        np.testing.assert_allclose(unpacked(entry), values, rtol=1e-6)


class TestSentences:
    def test_what_was_asked_and_found(self):
        told = " ".join(summary(study([3.0, 1.0, 2.0, None], name="früh")))
        assert "Study “früh”: minimize loss over 1 parameter; 4 trials so far: 3 complete and 1 failed." in told
        assert "The best one is trial 1, with loss 1; the median of 3 complete ones is 2." in told
        assert "One complete trial came after it and did no better." in told
        assert "1 trial failed: out of memory" in told

    def test_nothing_yet(self):
        assert summary(study([])) == ["Study “study”: minimize loss over 1 parameter. It has no trials yet."]
        assert "all failed" in summary(study([None, None]))[0]
        assert "No trial of study 'study' is complete" in summary(study([None]))[1]

    def test_a_lead_within_the_noise_is_called_that(self):
        made = study([])
        for k in range(20):
            made.tell(made.ask(), tw.Measured(1.0 + k / 100, sem=0.2))
        assert any("within the noise" in sentence for sentence in summary(made))

    def test_several_objectives(self):
        made = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize=["a", "b"], seed=0, strategy=tw.Random())
        for a, b in ((0.0, 1.0), (1.0, 0.0), (0.2, 0.2), (1.0, 1.0)):
            made.tell(made.ask(), {"a": a, "b": b})
        assert "3 trials on the front; a trade between them all is trial 2: a 0.2 and b 0.2." in summary(made)
