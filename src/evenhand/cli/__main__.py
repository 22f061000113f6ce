"""`python -m evenhand.cli` is the command `evenhand`."""

from evenhand.cli import main

raise SystemExit(main())
