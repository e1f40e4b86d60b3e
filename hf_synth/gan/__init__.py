"""Labelled points in embedding space by adversarial training.

Reference: Gupta, "Data augmentation for low resource sentiment analysis using generative adversarial networks",
ICASSP 2019 (arXiv:1902.06818). Its four measures can be switched one by one; losses, sizes and stopping are ours.
"""
