"""Teachers: the models that write, how they are kept to the form of a prompt, found, trained and stored."""
