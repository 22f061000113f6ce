"""Weigh: whether race drives who is stopped and how stops go, or why these data cannot tell."""
