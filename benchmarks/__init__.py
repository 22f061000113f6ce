"""How long the work takes and how much memory it needs: one file a row of the table, each with its promise."""
