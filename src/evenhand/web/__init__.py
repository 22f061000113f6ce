"""Web: the programs that listen. The drop box now, the desk and the witness later; nothing else knows Django."""
