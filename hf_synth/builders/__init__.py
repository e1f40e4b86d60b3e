"""Builders: from seeds and a teacher to the rows of a dataset."""
