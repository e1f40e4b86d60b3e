"""Dataset folders: parquet files, a manifest that says how the rows were made, and a card rendered from it alone."""
