"""Kulldorff's scan as the papers write it: every window's likelihood ratio in every draw of chance, in plain NumPy.

    python textbook_scan.py INPUT.npz OUTPUT.npz

Knows nothing of evenhand. Circles around each area take in the next nearest while they hold at most `share` of the
population; `days` of 1 is Kulldorff (1997), more is the permutation form (2005) with spans of up to `longest` that
end on the last day. The draws are those of NumPy's generator from seed 0, so that two programs meet the same chance.
"""

import sys

import numpy as np


def circles(x, y, people, share):
    """Areas in order of distance from each centre, and how many of them each circle holds."""
    for centre in range(len(x)):
        apart = np.hypot(x - x[centre], y - y[centre])
        order = np.argsort(apart, kind="stable")
        near = apart[order]
        sizes = [
            size
            for size in range(1, len(x) + 1)
            if (size == len(x) or near[size] > near[size - 1])
            and people[order[:size]].sum() <= share * people.sum() * (1 + 1e-12)
        ]
        if sizes:
            yield order[: sizes[-1]], np.array(sizes) - 1


def ratio(cases, expected, total):
    """Log likelihood ratio of windows; 0 where they hold under two cases, or no more than expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = cases * np.log(cases / expected)
        outside = np.where(cases < total, (total - cases) * np.log((total - cases) / (total - expected)), 0.0)
    return np.where((cases >= 2) & (cases > expected), inside + outside, 0.0)


def highest(cells, windows, foreseen, spans):
    """The largest ratio of one table of cases (areas, days)."""
    total, best = cells.sum(), 0.0
    by_span = np.stack([cells[:, first:].sum(axis=1) for first in spans], axis=1)
    for (order, ends), expected in zip(windows, foreseen, strict=True):
        cases = np.cumsum(by_span[order], axis=0)[ends]
        best = max(best, ratio(cases, expected, total).max())
    return best


def main(source, target):
    given = np.load(source)
    cells, people, draws = given["cases"], given["people"], int(given["draws"])
    areas, days = cells.shape
    spans = [days - length for length in range(1, int(given["longest"]) + 1)]
    windows = list(circles(given["x"], given["y"], people, float(given["share"])))
    total = cells.sum()
    if days == 1:
        mean = total * people[:, None] / people.sum()
    else:
        mean = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / total
    mean_by_span = np.stack([mean[:, first:].sum(axis=1) for first in spans], axis=1)
    foreseen = [np.cumsum(mean_by_span[order], axis=0)[ends] for order, ends in windows]
    random = np.random.default_rng(0)
    area, day = np.repeat(np.arange(areas), cells.sum(axis=1)), np.repeat(np.arange(days), cells.sum(axis=0))
    by_chance = np.empty(draws)
    for draw in range(draws):
        if days == 1:
            dealt = random.multinomial(total, people / people.sum())[:, None]
        else:
            shuffled = random.permuted(day[None], axis=1)[0]
            dealt = np.bincount(area * days + shuffled, minlength=cells.size).reshape(cells.shape)
        by_chance[draw] = highest(dealt, windows, foreseen, spans)
    np.savez(target, llr=highest(cells, windows, foreseen, spans), highest=by_chance)


if __name__ == "__main__":
    main(*sys.argv[1:])
