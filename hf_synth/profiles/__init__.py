"""Made rows beside human ones: what they are, how alike, how different; as numbers, text and figures."""
