"""Machine translation with Marian models: building small ones, and running any of them fast."""
