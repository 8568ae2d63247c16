"""The pattern: guesses, by what amounts look like together.

What one frame moves in opposite directions is a trade, and so are opposite gaps of about the same
worth. What is left went in or out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from .activity import Activity, How, Kind, Leg, Legs, together, trade_of
from .amounts import ZERO, divided, plus, subtract, tellable, tells, times

CLOSE_ENOUGH: Final = (Decimal("0.7"), Decimal("1.4"))
"""How the worths of two opposite gaps may relate if they are a trade."""

type WorthOf = Callable[[str, Decimal], Decimal | None]
"""Values an amount of a currency; `None` where no price is known."""


class Move(NamedTuple):
    """What one frame or snapshot changed, at a time in ms of the epoch."""

    legs: Legs
    time: int
    how: How = How.PATTERN


@dataclass(frozen=True, slots=True)
class Pattern:
    """Guesses, by what amounts look like together."""

    quotes: Sequence[str]
    worth_of: WorthOf
    time: int
    how: How
    while_away: bool

    def of_moves(self, rest: dict[str, Leg], moves: Sequence[Move]) -> list[Activity]:
        """Return the trades that single frames show, unless the frames do not add up to the rest."""
        whole = together(*(move.legs for move in moves))
        trades: dict[tuple[str, str, bool], tuple[dict[str, Leg], Move]] = {}
        for move in moves:
            if not all(
                same_total(whole[currency], rest.get(currency, Leg()))
                for currency in move.legs
            ):
                continue
            for base, quote, legs in self._pairs(dict(move.legs), alone=True):
                key = base, quote, legs[base].total > ZERO
                before = trades[key][0] if key in trades else {}
                trades[key] = together(before, legs), move
        result = []
        for (base, quote, _), (legs, move) in trades.items():
            take_out(rest, legs)
            # What an order locked before it was filled belongs to its trade.
            locks = {
                currency: rest[currency]
                for currency in legs
                if currency in rest and not tells(rest[currency].total)
            }
            take_out(rest, locks)
            result.append(
                trade_of(
                    base,
                    quote,
                    together(legs, locks),
                    how=move.how,
                    time=move.time,
                    while_away=self.while_away,
                )
            )
        return result

    def of_gaps(self, rest: dict[str, Leg]) -> list[Activity]:
        """Return the trades that opposite gaps show together."""
        result = []
        for base, quote, legs in self._pairs(dict(rest), alone=False):
            take_out(rest, legs)
            result.append(
                trade_of(
                    base,
                    quote,
                    legs,
                    how=self.how,
                    time=self.time,
                    while_away=self.while_away,
                )
            )
        return result

    def of_flows(self, rest: dict[str, Leg]) -> list[Activity]:
        """Return what went in or out.

        After an absence, when both happened, nobody knows what was traded for what.
        """
        left = {currency: leg for currency, leg in rest.items() if tells(leg.total)}
        mixed = len({leg.total > ZERO for leg in left.values()}) == 2
        result = []
        for currency, leg in left.items():
            kind = Kind.DEPOSIT if leg.total > ZERO else Kind.WITHDRAWAL
            unclear = mixed and self.while_away
            result.append(
                Activity(
                    kind=Kind.OTHER if unclear else kind,
                    how=self.how,
                    time=self.time,
                    currency=currency,
                    legs=MappingProxyType({currency: leg}),
                    reason="while_away" if unclear else None,
                    while_away=self.while_away,
                )
            )
            del rest[currency]
        return result

    def _pairs(
        self, gaps: dict[str, Leg], *, alone: bool
    ) -> Iterable[tuple[str, str, dict[str, Leg]]]:
        """Yield base, quote and legs of trades; `alone` tells that nothing else happened.

        A quote that several others together are worth as much as was traded for all of them.
        """
        for quote in self.quotes:
            if quote not in gaps or not tells(gaps[quote].total):
                continue
            paid = gaps[quote]
            others = {
                currency: leg
                for currency, leg in gaps.items()
                if tells(leg.total)
                and currency != quote
                and (leg.total > ZERO) != (paid.total > ZERO)
                and self._rank(currency) > self._rank(quote)
            }
            if base := self._best(quote, paid, others, alone=alone):
                yield base, quote, {base: gaps.pop(base), quote: gaps.pop(quote)}
            elif shares := self._shares(quote, paid, others):
                del gaps[quote]
                for base, share in shares.items():
                    yield base, quote, {base: gaps.pop(base), quote: share}

    def _rank(self, currency: str) -> int:
        """Return how early a currency is taken for what pays."""
        if currency in self.quotes:
            return self.quotes.index(currency)
        return len(self.quotes)

    def _best(self, quote: str, paid: Leg, others: Legs, *, alone: bool) -> str | None:
        """Return the currency whose worth comes closest to what was paid."""
        closest: tuple[Decimal, str] | None = None
        for currency, leg in others.items():
            ratio = self._ratio(quote, paid, [(currency, leg)])
            if ratio is None:
                if len(others) == 1 and alone:
                    return currency
                continue
            if CLOSE_ENOUGH[0] <= ratio <= CLOSE_ENOUGH[1]:
                distance = subtract(ratio, Decimal(1)).copy_abs()
                if closest is None or distance < closest[0]:
                    closest = distance, currency
        return closest[1] if closest else None

    def _shares(self, quote: str, paid: Leg, others: Legs) -> dict[str, Leg]:
        """Return each currency's share of what was paid, if all of them are worth as much."""
        ratio = self._ratio(quote, paid, list(others.items()))
        if ratio is None or not CLOSE_ENOUGH[0] <= ratio <= CLOSE_ENOUGH[1]:
            return {}
        worths = {
            currency: self.worth_of(currency, leg.total.copy_abs()) or ZERO
            for currency, leg in others.items()
        }
        whole = plus(*worths.values())
        *first, last = worths
        shares = {
            currency: Leg.of(
                tellable(divided(times(paid.total, worths[currency]), whole))
            )
            for currency in first
        }
        given = together(*({quote: share} for share in shares.values()))
        return shares | {last: paid.less(given.get(quote, Leg()))}

    def _ratio(
        self, quote: str, paid: Leg, others: Iterable[tuple[str, Leg]]
    ) -> Decimal | None:
        """Return what the others are worth in parts of what was paid, `None` if a price is missing."""
        price = self.worth_of(quote, paid.total.copy_abs())
        worths = [
            self.worth_of(currency, leg.total.copy_abs()) for currency, leg in others
        ]
        if not price or not worths or any(worth is None for worth in worths):
            return None
        return divided(plus(*(worth for worth in worths if worth is not None)), price)


def same_total(leg: Leg, other: Leg) -> bool:
    """Say whether two legs change a total by the same, but for what is never told."""
    return not tells(subtract(leg.total, other.total))


def take_out(rest: dict[str, Leg], legs: Mapping[str, Leg]) -> None:
    """Take legs out of the rest."""
    for currency, leg in legs.items():
        left = rest.get(currency, Leg()).less(leg)
        if left:
            rest[currency] = left
        else:
            rest.pop(currency, None)
