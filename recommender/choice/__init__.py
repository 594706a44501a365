"""Preference models: from answers to draws of part-worths, from part-worths to named utility terms."""
