"""Comparisons of students that learn from points: real ones, and what is made of them without writing a text."""
