"""Frozen distributions of scipy.stats as domains."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import scipy
import scipy.stats as stats

from tunewright.errors import ConfigError, DomainError, SpaceError
from tunewright.space import Distribution, Float, Space, when

CONTINUOUS = [
    stats.uniform(2, 3),
    stats.loguniform(1e-5, 1e-1),
    stats.norm(0, 1),
    stats.norm(loc=5, scale=0.1),
    stats.lognorm(1.0, scale=1e-3),
    stats.expon(scale=2),
    stats.beta(2, 5),
    stats.gamma(2.5),
    stats.t(5),
    stats.triang(0.3),
    stats.truncnorm(-1, 2),
]
DISCRETE = [stats.randint(64, 512), stats.poisson(4.5), stats.binom(10, 0.3), stats.geom(0.2), stats.nbinom(3, 0.4)]


def name(frozen):
    return f"{frozen.dist.name}{frozen.args}{frozen.kwds}"


@pytest.mark.parametrize("frozen", CONTINUOUS + DISCRETE, ids=name)
def test_draws_follow_the_distribution_and_come_back(frozen):
    domain = Space(x=frozen)["x"]
    unit = np.concatenate([[0.0, 1e-12, 1 - 1e-12, 1.0], (np.arange(2000) + 0.5) / 2000])
    native = domain.decode(unit)
    assert np.all(np.isfinite(native))
    order = np.argsort(unit)
    assert np.all(np.diff(native[order]) >= 0)
    np.testing.assert_array_equal(native[4:], frozen.ppf(unit[4:]))
    # SciPy before 1.16 has quantiles of Student's t that jump back and forth by 1e-11: there nothing can be exact
    rough = frozen.dist.name == "t" and tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 16)
    np.testing.assert_allclose(domain.decode(domain.encode(native)), native, rtol=1e-9 if rough else 0.0)
    values = domain.values(native)
    assert {type(value) for value in values} == {int if frozen in DISCRETE else float}
    assert domain.column(values).tolist() == native.tolist()
    assert domain.quantile(unit).tolist() == unit.tolist()
    assert domain.log_prior(unit).tolist() == [0.0] * len(unit)


@pytest.mark.parametrize("frozen", CONTINUOUS + DISCRETE, ids=name)
def test_json_pickle_and_equality(frozen):
    space = Space(x=frozen)
    again = Space.from_json(space.to_json())
    assert again == space and hash(again) == hash(space)
    copy = pickle.loads(pickle.dumps(space))
    assert copy == space
    unit = np.linspace(0, 1, 11)[:, None]
    assert again.decode(unit).tobytes() == space.decode(unit).tobytes() == copy.decode(unit).tobytes()


def test_kinds_sizes_and_bounds():
    space = Space(units=stats.randint(64, 512), lr=stats.loguniform(1e-5, 1e-1), n=stats.poisson(3))
    assert [domain.kind for domain in space.domains] == ["int", "float", "int"]
    assert [domain.size for domain in space.domains] == [448, None, None]
    assert space["units"].decode(np.array([0.0, 1.0])).tolist() == [64, 511]
    assert space["lr"].decode(np.array([0.0, 1.0])).tolist() == [1e-5, 1e-1]
    assert space["units"].points().tolist() == list(range(64, 512))
    np.testing.assert_allclose(space["lr"].points(3), [1e-5, 1e-3, 1e-1])
    np.testing.assert_allclose(Distribution(stats.norm()).points(2), stats.norm.ppf([0.25, 0.75]))
    assert repr(space["units"]) == "Distribution(scipy.stats.randint(64, 512))"
    assert repr(Distribution(stats.norm(loc=5))) == "Distribution(scipy.stats.norm(loc=5))"


def test_an_integer_lies_in_the_middle_of_its_share():
    domain = Distribution(stats.poisson(4.5))
    k = np.arange(10.0)
    np.testing.assert_allclose(
        domain.encode(k), stats.poisson.cdf(k, 4.5) - 0.5 * stats.poisson.pmf(k, 4.5), atol=1e-15
    )


def test_bad_values_and_bad_distributions():
    domain = Distribution(stats.randint(64, 512))
    for value, message in [
        (512, "outside the support [64, 511]"),
        (64.5, "must be an integer"),
        ("a", "must be a number"),
    ]:
        with pytest.raises(ConfigError, match=re.escape(message)):
            domain.native(value)
    with pytest.raises(DomainError, match="have no meaning to this distribution"):
        Distribution(stats.loguniform(-1, 2))
    with pytest.raises(DomainError, match="a frozen distribution such as"):
        Distribution(stats.norm)
    with pytest.raises(DomainError, match="parameter loc must be a number"):
        Distribution(stats.norm(loc=np.zeros(2)))
    with pytest.raises(SpaceError, match="must be a domain"):
        Space(x=stats.norm)
    with pytest.raises(SpaceError, match="a distribution cannot grow"):
        Space(x=stats.norm()).extended("x", Float(0, 1))
    assert Space(x=stats.norm()).extended("x", stats.norm()) == Space(x=stats.norm())


def test_conditions_apply():
    space = Space(a=stats.randint(0, 2), b=Distribution(stats.norm(), when=when("a", 1)))
    assert np.isnan(space.decode(np.array([[0.1, 0.5], [0.9, 0.5]]))[:, 1]).tolist() == [True, False]
    assert Space.from_json(space.to_json()) == space


class _Mine(stats.rv_continuous):
    def _cdf(self, x):
        return x * x


def test_a_distribution_of_ones_own_works_but_not_in_json():
    space = Space(x=_Mine(a=0, b=1, name="mine")())
    assert space.decode(np.array([[0.25]])).item() == pytest.approx(0.5)
    with pytest.raises(SpaceError, match="cannot be written to JSON"):
        space.to_json()


def test_json_names_nothing_but_distributions():
    text = Space(x=stats.norm()).to_json()
    for wrong in ("kstest", "rv_continuous", "__loader__", "distributions"):
        with pytest.raises(SpaceError, match="scipy.stats has no distribution"):
            Space.from_json(text.replace('"norm"', f'"{wrong}"'))


def test_importing_the_room_does_not_import_scipy():
    code = (
        "import sys, tunewright.space as t; s = t.Space(a=t.Float(1e-3, 1, log=True)); s.decode([[0.5]]);"
        "sys.exit(any(name.startswith('scipy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
