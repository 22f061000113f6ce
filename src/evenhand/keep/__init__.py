"""Keep: nothing that people told is lost, altered or exposed, and anyone can check that it was not.

Formats first, one file each: the return code, the seal, the frame, the leaf, the tree, the tiles, the note, the
receipt, the manifest, the release. Nothing here opens a socket or knows the web.
"""
