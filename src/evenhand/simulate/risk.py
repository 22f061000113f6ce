"""Distributions of the risk that a person stopped carries something, and the threshold above which one is searched.

Beta: risk ~ Beta(lambda phi, lambda (1 - phi)) (Simoiu, Corbett-Davies and Goel 2017). Discriminant: a share phi
carries, and a signal N(delta, 1) against N(0, 1) tells them apart (Pierson, Corbett-Davies and Goel 2018).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit, logit, ndtr

Flags = NDArray[np.bool_]


class Risk(Protocol):
    """How risk is spread in a group, and its threshold, a probability."""

    @property
    def threshold(self) -> float:
        """Risk above which a person is searched."""

    @property
    def search_rate(self) -> float:
        """Share of stops with a search."""

    @property
    def hit_rate(self) -> float:
        """Share of searches with a find."""

    def shifted(self, risk: float, threshold: float) -> "Risk":
        """The same in a place where the mean risk and the threshold are so much higher in log odds."""

    def search(self, rng: np.random.Generator, people: int) -> tuple[Flags, Flags]:
        """Who is searched, and who carries something, searched or not."""


@dataclass(frozen=True, slots=True)
class Beta:
    """Mean risk `phi`, concentration `lam`."""

    phi: float
    lam: float
    threshold: float

    @property
    def search_rate(self) -> float:
        """1 - I_t(a, b)."""
        a, b = self._shape()
        return float(1 - betainc(a, b, self.threshold))

    @property
    def hit_rate(self) -> float:
        """a/(a+b) (1 - I_t(a+1, b)) / (1 - I_t(a, b))."""
        a, b = self._shape()
        return float(self.phi * (1 - betainc(a + 1, b, self.threshold)) / self.search_rate)

    def shifted(self, risk: float, threshold: float) -> "Beta":
        """Both moved in log odds."""
        moved = expit(logit(self.phi) + risk)
        return replace(self, phi=float(moved), threshold=float(expit(logit(self.threshold) + threshold)))

    def search(self, rng: np.random.Generator, people: int) -> tuple[Flags, Flags]:
        """A risk each; searched above the threshold; carrying with that risk."""
        risk = rng.beta(*self._shape(), people)
        return risk >= self.threshold, rng.random(people) < risk

    def _shape(self) -> tuple[float, float]:
        return self.lam * self.phi, self.lam * (1 - self.phi)


@dataclass(frozen=True, slots=True)
class Discriminant:
    """A share `phi` carries; their signal is `delta` standard deviations above the others'."""

    phi: float
    delta: float
    threshold: float

    @property
    def search_rate(self) -> float:
        """phi Q(t - delta) + (1 - phi) Q(t), Q the upper tail."""
        signal = self._signal()
        return float(self.phi * ndtr(self.delta - signal) + (1 - self.phi) * ndtr(-signal))

    @property
    def hit_rate(self) -> float:
        """phi Q(t - delta) over the search rate."""
        return float(self.phi * ndtr(self.delta - self._signal()) / self.search_rate)

    def shifted(self, risk: float, threshold: float) -> "Discriminant":
        """Both moved in log odds."""
        moved = expit(logit(self.phi) + risk)
        return replace(self, phi=float(moved), threshold=float(expit(logit(self.threshold) + threshold)))

    def search(self, rng: np.random.Generator, people: int) -> tuple[Flags, Flags]:
        """Some carry; each gives a signal; searched above the signal at which risk is the threshold."""
        carrying = rng.random(people) < self.phi
        signal = rng.standard_normal(people) + self.delta * carrying
        return signal >= self._signal(), carrying

    def _signal(self) -> float:
        """The signal x at which phi N(x; delta) / (phi N(x; delta) + (1 - phi) N(x; 0)) is the threshold."""
        return float((logit(self.threshold) - logit(self.phi)) / self.delta + self.delta / 2)


FAMILIES = ("beta", "discriminant")

# Risk of the group and of the reference. `lower_risk`: one threshold, the group's risk lower, which the outcome test
# takes for bias. The two pairs of METHODS 4.3 (Simoiu, Corbett-Davies and Goel 2017): in both the group is searched
# in .71 of stops with hits in .39, the reference in .64 with .44; in the one the group's threshold is the lower, in
# the other the higher. `crossing`: one threshold, densities that cross, so that the robust outcome test fails too.
RISKS: Mapping[str, Mapping[str, tuple[Beta | Discriminant, Beta | Discriminant]]] = {
    "beta": {
        "same": (Beta(0.1, 6, 0.25), Beta(0.1, 6, 0.25)),
        "lower_risk": (Beta(0.06, 10, 0.25), Beta(0.12, 5, 0.25)),
        "pair_against": (Beta(0.352, 28.98, 0.3), Beta(0.3878, 26.48, 0.351)),
        "pair_for": (Beta(0.354, 30.59, 0.304), Beta(0.3385, 6.19, 0.254)),
        "crossing": (Beta(0.354, 30.59, 0.3), Beta(0.3385, 6.19, 0.3)),
    },
    "discriminant": {
        "same": (Discriminant(0.1, 1.5, 0.25), Discriminant(0.1, 1.5, 0.25)),
        "lower_risk": (Discriminant(0.07, 1.5, 0.25), Discriminant(0.1, 1.5, 0.25)),
        "crossing": (Discriminant(0.35, 0.7, 0.3), Discriminant(0.35, 1.8, 0.3)),
    },
}
