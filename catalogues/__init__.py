"""The catalogues of the web's words: checked, brought up to the code, compiled."""
