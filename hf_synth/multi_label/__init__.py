"""Comparisons of classifiers whose rows have several labels, of which training may know only some."""
