"""Pictures of every page of the drop box, in every language, to be looked at."""
