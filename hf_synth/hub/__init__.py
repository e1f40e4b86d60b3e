"""Publishing: the folder of a dataset becomes one commit on the Hugging Face Hub."""
