"""The registry: every attribute, question, segment, policy rule and sentence, once, as data."""
