"""Latent classes: how many people did all lists miss, if people differ in how easily lists find them?

Manrique-Vallier (2016): a mixture of classes, in each of which lists are independent, with a stick-breaking prior that
uses few of them, sampled by Gibbs steps. Several chains run side by side, and are compared. Labels of classes are
swapped as well (Papaspiliopoulos and Roberts 2008, first move), and people are let in little by little at the start.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.maths.lists import Cells, combinations, hold

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# prior of the concentration and number of classes: Manrique-Vallier's LCMCR as published for these data
CLASSES, SHAPE, RATE = 10, 0.25, 0.25
# draws of the number missed beyond 20 people for each one seen are drawn again, as in LCMCR; so often, then cut
MOST_MISSING, TRIES = 20, 100
# of the burn-in, the share over which people are let in, and the share of them that is in at its start
LETTING_IN, FIRST_IN = 0.75, 0.1


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """Posterior of all people, seen or not: quantiles, and the draws by chain, shape (draws, chains).

    `r_hat` compares the chains (Gelman and Rubin 1992; of split chains, Gelman and others 2013): above 1.05 they do
    not agree, and the numbers are those of an unfinished search.
    """

    low: float
    median: float
    high: float
    r_hat: float
    draws: Integers


@dataclass(frozen=True, slots=True)
class _Seen:
    """Cells that hold anyone: people (cells,), lists (cells, lists) as 0 or 1, and all people."""

    counts: Integers
    held: Floats
    people: int


@dataclass(frozen=True, slots=True)
class _State:
    """Where the chains are.

    Log shares of the classes (chains, classes), log chances to be on or off each list (chains, lists, classes), the
    concentration (chains,) and the unseen by class (chains, classes).
    """

    share: Floats
    on: Floats
    off: Floats
    concentration: Floats
    unseen: Integers


def sample(
    cells: Cells,
    chains: int = 16,
    burn_in: int = 4000,
    draws: int = 1000,
    every: int = 10,
    seed: int = 0,
    confidence: float = 0.95,
    classes: int = CLASSES,
) -> LatentClasses:
    """Sample how many people there are: `draws` a chain, one in `every` steps after `burn_in`.

    The prior of the total is proportional to 1/N. Raises ValueError on cells that cannot say (see `lists.hold`) and on
    fewer than 2 chains or 4 draws.
    """
    hold(cells)
    if min(chains, classes) < 2 or draws < 4 or burn_in < 0 or every < 1:
        raise ValueError(f"{chains} chains of {draws} draws: give at least 2 chains and classes, and 4 draws")
    random, seen = np.random.default_rng(seed), _seen(cells)
    state = _start(seen, chains, classes, random)
    kept = np.empty((draws, chains), dtype=np.int64)
    for step in range(burn_in + draws * every):
        state = _step(_let_in(seen, step / max(1, LETTING_IN * burn_in), random), state, random)
        if step >= burn_in and (step - burn_in) % every == every - 1:
            kept[(step - burn_in) // every] = cells.people + state.unseen.sum(axis=1)
    low, median, high = np.quantile(kept, [0.5 - confidence / 2, 0.5, 0.5 + confidence / 2])
    return LatentClasses(float(low), float(median), float(high), split_r_hat(kept.astype(np.float64)), kept)


def split_r_hat(draws: Floats) -> float:
    """How much wider the draws of all chains are than those of each half of one; draws (draws, chains), 1 at best.

    Gelman and others (2013, section 11.4). All draws alike give 1.
    """
    half = len(draws) // 2
    parts = np.concatenate([draws[:half], draws[-half:]], axis=1)
    within, between = float(parts.var(axis=0, ddof=1).mean()), float(parts.mean(axis=0).var(ddof=1))
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((half - 1) / half + between / within))


def _seen(cells: Cells) -> _Seen:
    there = np.flatnonzero(cells.counts)
    held = combinations(cells.lists)[there][:, None] >> np.arange(cells.lists) & 1
    return _Seen(cells.counts[there], held.astype(np.float64), cells.people)


def _start(seen: _Seen, chains: int, classes: int, random: np.random.Generator) -> _State:
    """Every class as all people are, shares from their prior, and the prior's mean concentration."""
    chance = (seen.counts @ seen.held / seen.people)[:, None]
    start = np.broadcast_to(chance, (chains, len(chance), classes))
    return _State(
        share=_sticks(np.zeros((chains, classes)), np.full(chains, SHAPE / RATE), random),
        on=np.log(start),
        off=np.log1p(-start),
        concentration=np.full(chains, SHAPE / RATE),
        unseen=np.zeros((chains, classes), dtype=np.int64),
    )


def _let_in(seen: _Seen, part: float, random: np.random.Generator) -> _Seen:
    """A tenth of each cell's people at part 0, all from part 1 on, geometrically between.

    Fewer people make a flatter posterior, in which chains find their way before it steepens, as metal that cools
    slowly (Kirkpatrick, Gelatt and Vecchi 1983). Without it some stay at half the number for 10,000 steps and more.
    """
    if part >= 1:
        return seen
    counts = np.floor(seen.counts * FIRST_IN ** (1 - part) + random.random(len(seen.counts))).astype(np.int64)
    return _Seen(counts, seen.held, max(1, int(counts.sum())))


def _step(seen: _Seen, state: _State, random: np.random.Generator) -> _State:
    """Draw classes of the people seen, labels, chances, shares, the unseen, and the concentration.

    Manrique-Vallier (2016, section 3), all chains at once.
    """
    of_class, on_list = _swapped(*_dealt(seen, state, random), state.share, random)
    on, off = _log_split(_log_gamma(1 + on_list, random), _log_gamma(1 + of_class[:, None, :] - on_list, random))
    share = _sticks(of_class.astype(np.float64), state.concentration, random)
    concentration = random.gamma(SHAPE + share.shape[1] - 1, 1 / (RATE - share[:, -1]))
    return _State(share, on, off, concentration, _unseen(seen, share + off.sum(axis=1), random))


def _dealt(seen: _Seen, state: _State, random: np.random.Generator) -> tuple[Integers, Floats]:
    """Each cell's people dealt to classes: people of each class, the unseen too, and those of them on each list."""
    log_chance = (state.share + state.off.sum(axis=1))[:, None, :] + seen.held @ (state.on - state.off)
    dealt = random.multinomial(seen.counts, _shares(log_chance))
    return dealt.sum(axis=1) + state.unseen, seen.held.T @ dealt


def _swapped(
    of_class: Integers, on_list: Floats, share: Floats, random: np.random.Generator
) -> tuple[Integers, Floats]:
    """Two classes with their labels swapped where their sizes fit each other's shares better (Metropolis step)."""
    chain = np.arange(len(share))
    first, second = random.integers(0, share.shape[1], (2, len(share)))
    gain = (share[chain, first] - share[chain, second]) * (of_class[chain, second] - of_class[chain, first])
    second = np.where(np.log(random.random(len(share))) < gain, second, first)
    place = np.tile(np.arange(share.shape[1]), (len(share), 1))
    place[chain, first], place[chain, second] = second, first
    return np.take_along_axis(of_class, place, axis=1), np.take_along_axis(on_list, place[:, None, :], axis=2)


def _sticks(of_class: Floats, concentration: Floats, random: np.random.Generator) -> Floats:
    """Log shares of the classes, each a part broken from what those before it left."""
    after = of_class[:, ::-1].cumsum(axis=1)[:, ::-1] - of_class
    own = _log_gamma(1 + of_class[:, :-1], random)
    rest = _log_gamma(concentration[:, None] + after[:, :-1], random)
    broken, left = _log_split(own, rest)
    share = np.concatenate([np.zeros((len(after), 1)), np.cumsum(left, axis=1)], axis=1)
    share[:, :-1] += broken
    return share


def _unseen(seen: _Seen, log_chance: Floats, random: np.random.Generator) -> Integers:
    """The number on no list, negative binomial under a prior of the total proportional to 1/N, dealt to classes."""
    found = np.clip(1 - np.exp(log_chance).sum(axis=1), np.finfo(np.float64).eps, 1)
    number = random.negative_binomial(seen.people, found)
    for _ in range(TRIES):
        over = number > MOST_MISSING * seen.people
        if not over.any():
            break
        number[over] = random.negative_binomial(seen.people, found[over])
    return random.multinomial(np.minimum(number, MOST_MISSING * seen.people), _shares(log_chance))


def _log_gamma(shape: Floats, random: np.random.Generator) -> Floats:
    """Logs of gamma draws, which stay finite where the shape is next to 0 (Marsaglia and Tsang 2000, section 6)."""
    return np.asarray(np.log(random.standard_gamma(shape + 1)) + np.log1p(-random.random(shape.shape)) / shape)


def _log_split(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Logs of the two parts' shares of their sum, from their logs."""
    both = np.logaddexp(first, second)
    return first - both, second - both


def _shares(log_weight: Floats) -> Floats:
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))
