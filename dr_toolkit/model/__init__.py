"""The nouns: frozen dataclasses on the standard library alone, and one codec for them."""
