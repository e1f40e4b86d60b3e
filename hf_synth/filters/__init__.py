"""Filters: each keeps a row or gives a reason with its score."""
