"""Prompt families: each file renders requests and parses completions of one kind."""
