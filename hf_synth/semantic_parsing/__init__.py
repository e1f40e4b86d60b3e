"""Semantic parsing: parsers trained on human and made rows, and what the made rows are worth to them."""
