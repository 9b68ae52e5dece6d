"""The report in a real browser: it draws, sorts, filters, answers keys, and no name in a study becomes markup.

Skipped where there is no Chromium. Each test renders a page, adds a script that uses the page as a reader would, and
reads what became of the document.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pytest

import tunewright as tw
from tunewright.report import render, serve

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed"),
]
HOSTILE = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"


def show(tmp_path, html, script="", *, width=1200, dark=False, url=None):
    """The document after the page's scripts and ``script`` ran; what it told by ``tell(...)``; console messages."""
    if script:
        html = re.sub(r"<meta http-equiv.*?>", "", html)
        html = html.replace(
            "</body>", f"<pre id='told'></pre><script>{TELL}(async () => {{{script}}})();</script></body>"
        )
    page = tmp_path / "page.html"
    if url is None:
        page.write_text(html, encoding="utf-8")
    theme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path}",
            f"--window-size={width},2400",
            "--virtual-time-budget=4000",
            "--dump-dom",
            *theme,
            url or page.as_uri(),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    told = re.search(r"<pre id=.told.>(.*?)</pre>", done.stdout, re.DOTALL)
    said = json.loads(unescape(told[1])) if told and told[1] else None
    return done.stdout, said, console


TELL = """
const tell = (value) => { document.getElementById("told").textContent = JSON.stringify(value); };
const rest = (ms = 50) => new Promise((done) => setTimeout(done, ms));
const inked = (canvas) => {
  const d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data; let n = 0;
  for (let k = 3; k < d.length; k += 4) n += d[k] > 0; return n / (d.length / 4); };
const key = (target, name) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
const ready = async () => { document.querySelectorAll("figure").forEach((f) => f.build()); await rest(100); };
"""


def single(n=40, names=("lr", "kind", "depth"), title="digits"):
    lr, kind, depth = names
    space = tw.Space({lr: tw.Float(1e-4, 1, log=True), kind: tw.Categorical("a", "b"), depth: tw.Int(1, 5)})
    study = tw.Study(space, minimize="loss", scheduler=tw.ASHA(9), seed=0, strategy=tw.Random(), name=title)

    def objective(trial):
        if trial.number % 11 == 3:
            raise ValueError(f"broke {HOSTILE}")
        loss = math.nan
        for epoch in trial.epochs(9):
            loss = abs(math.log10(trial[lr]) + 2) + 1 / (epoch + 1)
            trial.report(loss=loss)
        return tw.Measured(loss, sem=0.1)

    study.optimize(objective, trials=n, catch=Exception, progress=False)
    return study


def population():
    scheduler = tw.PopulationBasedTraining(max_resource=8, population=4, interval=2)
    study = tw.Study(
        tw.Space(lr=tw.Float(1e-3, 1, log=True)), maximize="score", scheduler=scheduler, seed=0, strategy=tw.Random()
    )

    def objective(trial):
        score = trial.load() or 0.0
        for _ in trial.epochs(8):
            score += trial["lr"]
            trial.report(score=score)
            trial.save(score)
        return score

    study.optimize(objective, progress=False)
    return study


def several(objectives):
    study = tw.Study(
        tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1)), minimize=list("abc")[:objectives], seed=0, strategy=tw.Random()
    )
    study.optimize(
        lambda t: dict(zip("abc"[:objectives], (t["x"], 1 - t["x"] + t["y"], t["y"]), strict=False)), trials=30
    )
    return study


@pytest.mark.parametrize(
    ("make", "canvases"),
    [
        (lambda: single(), 16),
        (lambda: single(1), 8),
        (lambda: several(2), 14),
        (lambda: several(3), 15),
        (population, 12),
    ],
    ids=["single", "one trial", "two objectives", "three objectives", "population"],
)
def test_every_picture_is_drawn(tmp_path, make, canvases):
    script = "await ready(); tell([...document.querySelectorAll('canvas')].map(inked));"
    _, shares, console = show(tmp_path, render(make()), script)
    assert console == []
    assert len(shares) == canvases and min(shares) > 0.004, shares


def test_the_page_as_it_is_written_runs_without_a_complaint(tmp_path):
    dom, _, console = show(tmp_path, render(single()))
    assert console == [] and 'data-ready="yes"' in dom  # pictures are drawn as they come into view: not waited for here


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (1200, True), (500, False)])
def test_nothing_is_wider_than_the_page(tmp_path, width, dark):
    script = """await ready(); const root = document.documentElement;
      tell([root.scrollWidth, innerWidth, getComputedStyle(document.body).backgroundColor]);"""
    _, (needed, there, background), _ = show(tmp_path, render(single()), script, width=width, dark=dark)
    assert needed <= there
    assert (background == "rgb(255, 255, 255)") is not dark


def test_the_table_sorts_filters_and_turns_pages(tmp_path):
    study = single(120)
    script = """
      const rows = () => [...document.querySelectorAll("#trials-table tbody tr")];
      const cells = () => rows().map((row) => [...row.children].map((c) => c.textContent));
      const heads = [...document.querySelectorAll("#trials-table thead button")];
      const head = (name) => heads.find((b) => b.textContent.startsWith(name));
      const found = { first: cells().length };
      head("loss").click(); found.up = cells().slice(0, 3).map((r) => r[2]);
      found.said = head("loss").parentElement.getAttribute("aria-sort");
      head("loss").click(); found.down = cells()[0][2];
      document.querySelectorAll("#trials-table .tools button")[1].click(); found.second = cells().length;
      const filter = document.querySelector("input[type=search]");
      filter.value = "failed broke"; filter.dispatchEvent(new Event("input"));
      found.failed = cells().map((r) => r[1]);
      found.told = document.querySelector("#trials-table [role=status]").textContent;
      tell(found);"""
    _, found, _ = show(tmp_path, render(study), script)
    losses = sorted(study.history.values[np.isfinite(study.history.values)].tolist())
    assert found["first"] == found["second"] == 50
    assert [float(text) for text in found["up"]] == pytest.approx(losses[:3], rel=1e-5)
    assert float(found["down"]) == pytest.approx(losses[-1], rel=1e-5) and found["said"] == "ascending"
    assert set(found["failed"]) == {"failed"} and found["told"] == "1–11 of 11 trials"


def test_keys_walk_through_the_trials_and_choose_one(tmp_path):
    script = """
      await ready();
      const canvas = document.querySelector("#history-0 canvas"), voice = document.getElementById("voice"), heard = [];
      canvas.focus(); key(canvas, "ArrowRight"); heard.push(voice.textContent);
      key(canvas, "ArrowRight"); heard.push(voice.textContent); key(canvas, "Enter");
      const chosen = document.getElementById("chosen"); heard.push(chosen.hidden, chosen.textContent);
      key(document.body, "Escape"); heard.push(chosen.hidden); tell(heard);"""
    _, (first, second, hidden, text, closed), _ = show(tmp_path, render(single()), script)
    assert first.startswith("Trial ") and second.startswith("Trial ") and first != second
    assert hidden is False and "lr" in text and closed is True


def test_marks_can_be_hidden_and_the_numbers_read(tmp_path):
    script = """
      await ready();
      const figure = document.getElementById("history-0"), chart = page.charts[0], before = chart.targets().length;
      const button = figure.querySelector(".legend button:nth-child(3)"); button.click(); await rest();
      const details = figure.querySelector("details"); details.open = true; await rest(100);
      const rows = details.querySelectorAll("tbody tr").length;
      tell([before, chart.targets().length, button.getAttribute("aria-pressed"), rows]);"""
    _, (before, after, pressed, rows), _ = show(tmp_path, render(single()), script)
    assert after < before and pressed == "false" and rows >= 40


def test_everything_has_a_name_for_those_who_do_not_see_it(tmp_path):
    script = """
      await ready();
      const nameless = [...document.querySelectorAll("canvas, button, input, [role=region]")].filter((e) => !(e.getAttribute("aria-label") || e.textContent).trim());
      const luminance = (text) => { const [r, g, b] = text.match(/[0-9.]+/g).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const contrast = (a, b) => { const [p, q] = [luminance(a), luminance(b)].sort((x, y) => y - x); return (p + 0.05) / (q + 0.05); };
      const page = () => getComputedStyle(document.body).backgroundColor, worst = () => Math.min(...[...document.querySelectorAll("p, td, th, a, dt, dd, summary, h1, h2, h3")].map((e) => contrast(getComputedStyle(e).color, page())));
      const light = worst(); document.getElementById("theme").click(); await rest();
      tell([nameless.length, light, worst(), document.documentElement.lang, document.querySelectorAll("h1").length]);"""  # noqa: E501
    _, (nameless, light, dark, language, headings), _ = show(tmp_path, render(single()), script)
    assert nameless == 0 and language == "en" and headings == 1
    assert light >= 4.5 and dark >= 4.5  # WCAG 2.2, 1.4.3


def test_no_name_becomes_markup(tmp_path):
    study = single(30, names=(HOSTILE, "'\"&amp;", "日本語 $x$"), title=HOSTILE)
    study.note(HOSTILE, HOSTILE)
    dom, images, console = show(tmp_path, render(study), "await ready(); tell(document.images.length);")
    assert images == 0 and console == []
    dom, _, console = show(tmp_path, render(study))
    assert "<title>owned" not in dom and console == [] and "data-ready" in dom


def test_a_dashboard_follows_a_study_that_grows(tmp_path):
    file = tmp_path / "live.db"
    study = tw.Study(
        tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=file, name="live", seed=0, strategy=tw.Random()
    )
    study.optimize(lambda t: t["x"], trials=3)
    with serve(file, port=0) as dashboard:
        dom, _, console = show(tmp_path, "", url=dashboard.url)
        assert console == [] and "3 trials so far" in dom
        study.optimize(lambda t: t["x"], trials=7)
        dom, _, _ = show(tmp_path, "", url=dashboard.url)
        assert "7 trials so far" in dom and "1–7 of 7 trials" in dom
