"""A sentence encoder taught to read another language, from sentence pairs."""
