"""Transforms: new rows from single human rows, tags kept in place."""
