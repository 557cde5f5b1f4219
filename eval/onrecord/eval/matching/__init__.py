"""The best one-to-one pairing: exact, and independent of order.

- ``similarity``: Dice similarity of sets of positions, and every pair that is similar enough to be matched.
- ``reduction``: what is settled beforehand: edges that are surely chosen, and the components of the rest.
- ``component``: one component, solved exactly.
- ``keys``: rows of whole numbers as one number each, sorted and told apart.
- ``assignment``: the assignment of largest weight on few edges, each with a weight of several parts.
- ``sparse``: the same on arrays of edges, for graphs of any size.
"""

__all__ = ["assignment", "component", "keys", "reduction", "similarity", "sparse"]
