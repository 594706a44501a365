"""Which builds exist, and what to change when none obeys every limit."""
