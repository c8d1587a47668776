"""From legs to calls and charges: pure functions of the set of legs, without I/O, clock or randomness.

The way in: `state.Group.add(leg, version)` returns every row that the leg changes.
"""
