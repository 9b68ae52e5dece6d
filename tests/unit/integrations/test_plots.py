"""Every plot of every kind of record, by both backends: drawn without a warning, or a sentence says what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.analysis import pictures
from tunewright.analysis.pictures import Bars, Edge, Line, Points, Threads

matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("plotly")
from matplotlib import pyplot as plt  # noqa: E402

HOSTILE = "<script>alert('x')</script> $lr$ ünïcode \\frac"


def study(values=(), *, names=("x", "c"), objective="loss", scheduler=None):
    domains = [tw.Float(0, 1), tw.Categorical("a", HOSTILE, None)]
    space = tw.Space({name: domains[k % 2] for k, name in enumerate(names)})
    made = tw.Study(space, minimize=objective, seed=0, strategy=tw.Random(), name=HOSTILE, scheduler=scheduler)
    for k, value in enumerate(values):
        trial = made.ask()
        if value is None:
            made.tell(trial, state="failed")
        elif value == "pruned":
            trial.report(step=1, **{objective: math.nan if k % 2 else 2.0})
            made.tell(trial, state="pruned")
        elif value != "running":
            trial.report(step=1, **{objective: value})
            trial.report(step=2, **{objective: value})
            made.tell(trial, tw.Measured(value, sem=0.1) if math.isfinite(value) else value)
    return made


STUDIES = {
    "empty": lambda: study(),
    "one trial": lambda: study([1.0]),
    "all pruned": lambda: study(["pruned"] * 4),
    "all failed": lambda: study([None] * 3),
    "NaN": lambda: study([math.nan, math.nan]),
    "running": lambda: study(["running"]),
    "constant": lambda: study([2.0] * 12),
    "infinite": lambda: study([math.inf, -math.inf, 1.0, 2.0, 3.0, 4.0]),
    "tiny and huge": lambda: study([1e-300, 1e300, 1.0, 2.0, 1e-9, -1e300, 3.0]),
    "hostile names": lambda: study(
        [1.0, 2.0, None, "pruned", 3.0, 1.5, 4.0], names=(HOSTILE, "日本語"), objective="損失 $x$ <b>"
    ),
    "60 parameters": lambda: study(np.linspace(0, 1, 30).tolist(), names=[f"p{k}" for k in range(60)]),
}  # fmt: skip
PLOTS = ["history", "parallel_coordinates", "slice", "contour", "learning_curves", "intermediate_ranks", "timeline",
         "lineage", "schedule", "importance", "marginal_effects", "empirical_distribution",
         "cross_validation"]  # fmt: skip


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def words(figure):
    """All that a Matplotlib figure says."""
    return " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


@pytest.mark.filterwarnings("ignore:Glyph")  # the font of this machine may lack Chinese characters
@pytest.mark.parametrize("record", STUDIES)
def test_every_plot_of_every_record(record):
    made = STUDIES[record]()
    for plot in PLOTS:
        figure = getattr(tw.plots, plot)(made)
        if record in ("hostile names", "tiny and huge"):
            figure.canvas.draw()
        plt.close(figure)
        getattr(tw.plots, plot)(made, backend="plotly").to_json()


@pytest.mark.parametrize("record", ["empty", "all failed", "running"])
def test_nothing_to_show_is_a_sentence(record):
    made = STUDIES[record]()
    for plot in ("parallel_coordinates", "contour", "learning_curves", "cross_validation", "lineage"):
        picture = getattr(pictures, {"lineage": "population_lineage"}.get(plot, plot))(made)
        assert not picture.panels and picture.says.endswith("."), plot
        assert picture.says.replace("$", r"\$") in words(getattr(tw.plots, plot)(made))


def test_failed_and_infinite_trials_are_on_the_edge():
    (panel,) = pictures.history(study([1.0, None, math.inf, -math.inf, "pruned"])).panels
    at = {mark.label: (mark.side, mark.trials.tolist()) for mark in panel.marks if isinstance(mark, Edge)}
    assert at == {"failed": ("top", [1]), "+∞": ("top", [2]), "−∞": ("bottom", [3])}
    (pruned,) = [mark for mark in panel.marks if isinstance(mark, Points) and mark.label.startswith("pruned")]
    assert pruned.y.tolist() == [2.0]


def test_sixty_parameters_are_thinned_and_it_is_said():
    made = STUDIES["60 parameters"]()
    picture = pictures.parallel_coordinates(made)
    (threads,) = picture.panels[0].marks
    assert isinstance(threads, Threads) and threads.heights.shape == (30, 11)
    assert "10 of 60 parameters" in picture.notes[0]
    assert pictures.parallel_coordinates(made, ["p7", "p8"]).panels[0].marks[0].names == ("p7", "p8", "loss")


def test_importance_is_ranked_with_the_most_important_on_top():
    made = tw.Study(tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1), z=tw.Float(0, 1)), minimize="loss", seed=0,
                    strategy=tw.Random())  # fmt: skip
    made.optimize(lambda t: 3 * t["y"] + t["x"], trials=60)
    (panel,) = pictures.importance(made).panels
    bars = next(mark for mark in panel.marks if isinstance(mark, Bars))
    assert panel.y.labels[::-1][:2] == ("y", "x") and bars.length[-1] == bars.length.max()
    assert (bars.low[-1] <= bars.length[-1]) and (bars.length[-1] <= bars.high[-1])
    curve = pictures.marginal_effects(made).panels[0]
    line = next(mark for mark in curve.marks if isinstance(mark, Line))
    assert curve.title == "y" and line.y[-1] - line.y[0] > 1.5  # of 3, as a forest sees it
    tw.plots.importance(tw.importance.permutation(made)).canvas.draw()


def test_several_objectives():
    made = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize=["a", "b", "c"], seed=0, strategy=tw.Random())
    for plot in (tw.plots.pareto_front, tw.plots.hypervolume):
        plot(made).canvas.draw()
    made.optimize(lambda t: {"a": t["x"], "b": 1 - t["x"], "c": t["x"] ** 2}, trials=10)
    assert tw.plots.pareto_front(made).axes[0].name == "3d"
    assert tw.plots.pareto_front(made, ["a", "b"]).axes[0].name == "rectilinear"
    assert tw.plots.pareto_front(made, backend="plotly").data[0].type == "scatter3d"
    tw.plots.hypervolume(made).canvas.draw()
    tw.plots.hypervolume(made, backend="plotly").to_json()


def test_several_studies():
    made = [study([3.0, 2.0]), study([1.0, None])]
    assert {"median", "quartiles"} <= {text.get_text() for text in tw.plots.history(made).axes[0].get_legend().texts}
    assert len(tw.plots.empirical_distribution(made).axes[0].lines) == 2


def test_axes_of_the_callers_own():
    _, (left, right) = plt.subplots(1, 2)
    assert tw.plots.history(study([1.0, 2.0]), ax=right) is right.figure
    assert right.get_xlabel() == "trial" and not left.get_xlabel()
    with pytest.raises(ValueError, match="takes one panel"):
        tw.plots.slice(study([1.0, 2.0]), ax=left)
    with pytest.raises(ValueError, match="belongs to"):
        tw.plots.history(study([1.0]), ax=left, backend="plotly")


def test_an_unknown_backend_is_refused():
    with pytest.raises(ValueError, match="'matplotlib' or 'plotly'"):
        tw.plots.history(study([1.0]), backend="bokeh")


def test_log_axes_where_values_span_orders_of_magnitude():
    wide = study(np.geomspace(1e-4, 1e2, 30).tolist())
    assert tw.plots.history(wide).axes[0].get_yscale() == "log"
    assert tw.plots.history(study([1.0, 2.0, 3.0])).axes[0].get_yscale() == "linear"


def test_names_are_no_markup():
    figure = tw.plots.history(STUDIES["hostile names"](), backend="plotly")
    assert "<b>" not in figure.layout.yaxis.title.text


@pytest.mark.parametrize("backend", ["matplotlib", "plotly"])
@pytest.mark.parametrize("loss", [lambda lr: 1.0 - min(lr, 0.1), lambda lr: math.nan])
def test_a_range_test_is_drawn_or_says_why_not(backend, loss):
    found = tw.find_learning_rate(loss, save=lambda: None, restore=lambda state: None)
    assert tw.plots.learning_rate(found, backend=backend) is not None
    plt.close("all")
