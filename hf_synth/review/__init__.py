"""`hf-synth review`: people judge a sample of the made rows, one at a time."""
