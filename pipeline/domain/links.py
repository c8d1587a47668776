"""Which two legs of two sites are the two ends of one call over a link (contract 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.domain.legs import Part
from pipeline.domain.link_ends import End, EndIndex, Nearness, nearness, receiving_end, sending_end
from pipeline.domain.numbers import NumberPlan

Moves = dict[str, str | None]
_Rank = tuple[Nearness, str, str]


class Pairing:
    """The pairs of all links of a group, kept up to date leg by leg.

    `receiver_of` maps LA's leg id to LB's, `sender_of` the reverse. Of all candidates the pairs are taken greedily,
    one to one, by rank: (masked, time difference, LA.leg_id, LB.leg_id), so those that only masked numbers make
    candidates come after all others. Ranks differ, so this is the one choice in which no candidates rank before
    the pairs of both. An end that arrives or loses its partner therefore takes the first in rank that is free or
    prefers it to its pair; whom this leaves alone looks on; all other pairs stay.
    They are a function of the set of legs: whatever arrives when, the same pairs come out.
    """

    def __init__(self, plan: NumberPlan) -> None:
        self._plan = plan
        self._senders = EndIndex()
        self._receivers = EndIndex()
        self.receiver_of: dict[str, str] = {}
        self.sender_of: dict[str, str] = {}

    def enter(self, part: Part) -> Moves:
        """Enter the link ends of a leg; returns what to `apply`: LA → its new LB, `None` if it has none any more."""
        moves: Moves = {}
        if part.facts.link_to is None and part.facts.link_from is None:
            return moves
        if sender := sending_end(part, self._plan):
            self._senders.enter(sender)
            moves |= self._find_receiver(sender.leg_id)
        if receiver := receiving_end(part, self._plan):
            self._receivers.enter(receiver)
            moves |= self._find_sender(receiver.leg_id)
        return moves

    def leave(self, leg_id: str) -> Moves:
        """Take out the link ends of a leg; returns what to `apply`."""
        self._senders.leave(leg_id)
        self._receivers.leave(leg_id)
        moves: Moves = {}
        if sender := self.sender_of.get(leg_id):
            moves |= self._find_receiver(sender)
        if receiver := self.receiver_of.get(leg_id):
            moves |= {leg_id: None, **self._find_sender(receiver)}
        return moves

    def touched(self, moves: Moves) -> set[str]:
        """The legs that gain or lose a partner."""
        lose = {self.receiver_of[sender] for sender in moves if sender in self.receiver_of}
        return lose | moves.keys() | {receiver for receiver in moves.values() if receiver is not None}

    def apply(self, moves: Moves) -> None:
        """Change the pairs."""
        for sender in moves:
            if receiver := self.receiver_of.pop(sender, None):
                del self.sender_of[receiver]
        for sender, receiver in moves.items():
            if receiver is not None:
                self.receiver_of[sender] = receiver
                self.sender_of[receiver] = sender

    def _find_receiver(self, sender: str) -> Moves:
        return _settle(sender, self._senders, self._receivers, self.sender_of, _rank)

    def _find_sender(self, receiver: str) -> Moves:
        new = _settle(receiver, self._receivers, self._senders, self.receiver_of, lambda lb, la: _rank(la, lb))
        return {sender: seeker for seeker, sender in new.items() if sender is not None}


def _settle(
    seeker: str | None,
    seekers: EndIndex,
    others: EndIndex,
    partner_of: Mapping[str, str],
    rank: Callable[[End, End], _Rank | None],
) -> dict[str, str | None]:
    """The new partners, seeker → other, when one seeker is alone; `partner_of` are the present ones, other → seeker."""
    new: dict[str, str | None] = {}
    taken: dict[str, str] = {}
    while seeker is not None:
        end = seekers[seeker]
        new[seeker] = displaced = None
        ranked = [(place, other.leg_id) for other in others.near(end) if (place := rank(end, other)) is not None]
        for place, other in sorted(ranked):
            rival = taken.get(other) or partner_of.get(other)
            present = rank(seekers[rival], others[other]) if rival else None
            if present is None or place < present:
                new[seeker], taken[other], displaced = other, seeker, rival
                break
        seeker = displaced
    return new


def _rank(sender: End, receiver: End) -> _Rank | None:
    """What candidates are ordered by; `None` if these two are none."""
    near = nearness(sender, receiver)
    return None if near is None else (near, sender.leg_id, receiver.leg_id)


def matched_masked(sender: Part, receiver: Part, plan: NumberPlan) -> bool:
    """Whether only masked numbers make a pair of these two (contract 8)."""
    if not _has_mask(sender) and not _has_mask(receiver):
        return False
    la, lb = sending_end(sender, plan), receiving_end(receiver, plan)
    near = nearness(la, lb) if la and lb else None
    return near is not None and near[0]


def _has_mask(part: Part) -> bool:
    record = part.leg.record
    numbers = f"{record.origination_number} {record.called_number} {record.destination_number}"
    return "X" in numbers or "x" in numbers
