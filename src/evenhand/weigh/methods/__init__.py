"""Methods, one file each and alike: question and blind spot, settings, `weigh`, the steps in order."""
