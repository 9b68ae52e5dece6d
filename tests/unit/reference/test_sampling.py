"""The sampling twins against published numbers and hand-worked cases."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference import sampling

SCALE = 2.0**-53


def unit(word: int) -> float:
    return (word >> 11) * SCALE


# Random123's known answers for philox4x64-10 (kat_vectors): counter, key, block. NumPy generates the block of the
# counter after the one it is given, so the streams reach (1, trial, attempt, 0) only; the other two are for the engine.
KNOWN_ANSWERS = [
    ([0] * 4, [0] * 2, [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]),
    (
        [2**64 - 1] * 4,
        [2**64 - 1] * 2,
        [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0],
    ),
    (
        [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89],
        [0x452821E638D01377, 0xBE5466CF34E90C6C],
        [0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6],
    ),
]


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN_ANSWERS)
def test_numpy_philox_gives_the_known_answers(counter, key, block):
    before = (sum(word << 64 * k for k, word in enumerate(counter)) - 1) % 2**256
    engine = np.random.Philox(counter=before, key=sum(word << 64 * k for k, word in enumerate(key)))
    assert engine.random_raw(4).tolist() == block


def philox_by_hand(counter: list[int], key: list[int]) -> list[int]:
    """The ten rounds as the paper writes them, in Python integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        left, right = c[0] * 0xD2E7470EE14C6C93, c[2] * 0xCA5A826395121157
        c = [(right >> 64) ^ c[1] ^ k[0], right % 2**64, (left >> 64) ^ c[3] ^ k[1], left % 2**64]
        k = [(k[0] + 0x9E3779B97F4A7C15) % 2**64, (k[1] + 0xBB67AE8584CAA73B) % 2**64]
    return c


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN_ANSWERS)
def test_the_rounds_by_hand_give_the_known_answers(counter, key, block):
    assert philox_by_hand(counter, key) == block


def test_key_and_counter_are_where_the_contract_says():
    seed, trial, purpose, attempt = 2**64 - 3, 12, 2**63 + 5, 7
    blocks = [philox_by_hand([number, trial, attempt, 0], [seed, purpose]) for number in (1, 2)]
    expected = [unit(word) for block in blocks for word in block]
    assert sampling.stream(seed, trial, purpose, 8, attempt=attempt).tolist() == expected
    assert sampling.uniform(seed, [trial], [purpose], attempt=attempt).tolist() == [[expected[0]]]
    assert sampling.generator(seed, trial, purpose, attempt=attempt).random(8).tolist() == expected


def test_uniform_of_nothing_has_its_shape():
    assert sampling.uniform(0, [], [1, 2]).shape == (0, 2)
    assert sampling.uniform(0, [1, 2, 3], []).shape == (3, 0)


def test_purpose_is_the_little_endian_blake2b_of_the_name():
    assert sampling.purpose("sobol") == 0x79363F7D156B4A9F  # printf sobol | b2sum -l 64, bytes reversed
    assert sampling.purpose("") != sampling.purpose(" ")
    assert 0 <= sampling.purpose("größe") < 2**64


def test_sobol_points_of_the_paper():
    # Joe & Kuo's notes on generating Sobol' sequences, and the usual first points of dimensions 1 to 3
    assert sampling.sobol(0, 4, 3).tolist() == [[0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75]]
    assert sampling.sobol(2, 2, 2).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert sampling.sobol(5, 0, 2).shape == (0, 2)
    assert sampling.sobol(5, 2, 0).shape == (2, 0)


def test_scrambling_flips_a_bit_by_the_bits_above_it():
    plain, scrambled = (sampling.sobol(0, 64, 1, seed=seed)[:, 0] for seed in (None, 3))
    for level in range(1, 7):
        cells, images = (np.floor(points * 2**level).astype(int) for points in (plain, scrambled))
        image = dict(zip(cells.tolist(), images.tolist(), strict=True))
        assert sorted(image.values()) == list(range(2**level))  # cells are permuted …
        assert all(image[cell] // 2 == image[cell ^ 1] // 2 for cell in image)  # … and siblings stay siblings


def test_splitmix64_gives_its_published_outputs():
    start = np.full(3, 1234567, dtype=np.uint64)
    outputs = sampling._splitmix64(start, np.arange(1, 4, dtype=np.uint64))
    assert outputs.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_halton_is_the_mirrored_index():
    # 0, 1, 10, 11, 100 in base 2; 0, 1, 2, 10, 11 in base 3
    expected = [[0, 0], [1 / 2, 1 / 3], [1 / 4, 2 / 3], [3 / 4, 1 / 9], [1 / 8, 4 / 9]]
    assert sampling.halton(0, 5, 2) == pytest.approx(np.array(expected), abs=1e-15)
    # 1000 is 1111101000 in base 2, 1101001 in base 3, 13000 in base 5
    far = [95 / 1024, 1 / 3 + 1 / 81 + 1 / 729 + 1 / 2187, 3 / 625 + 1 / 3125]
    assert sampling.halton(1000, 1, 3)[0] == pytest.approx(far, abs=1e-15)


def test_halton_digits_are_replaced_by_ranks_of_draws():
    # base 2: at index 0 all 53 digits are 0, and digit k becomes 1 when the first of its two draws is the larger one
    seed, number = 8, sampling.purpose("halton")
    draws = [sampling.stream(seed, 0, number, 2, attempt=k) for k in range(53)]
    expected = sum(2.0 ** -(k + 1) for k, (first, second) in enumerate(draws) if first > second)
    assert sampling.halton(0, 1, 1, seed=seed).tolist() == [[expected]]


def test_too_many_dimensions_or_too_far_a_point_is_an_error():
    for points in (sampling.sobol, sampling.halton):
        with pytest.raises(ValueError, match="at most 1111 dimensions, got 1112"):
            points(0, 1, 1112)
        with pytest.raises(ValueError, match=r"below index 2\*\*53"):
            points(2**53 - 1, 2, 1)
