"""Who fits which unit, and the best pairing of all."""

from recommender.matching.assignment import assign

__all__ = ["assign"]
