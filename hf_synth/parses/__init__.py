"""Parses: semantic representations of utterances as labelled trees, in the notations of PIZZA and mTOP."""
