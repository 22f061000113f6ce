"""Publish: the finding as a file, a page, a statement and charts, none of which holds a number the file does not."""
