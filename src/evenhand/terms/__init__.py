"""The nouns: frozen values named with the field's words. Nothing here computes."""
