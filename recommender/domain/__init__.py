"""Nouns of the product: plain values, the standard library and numpy only."""
