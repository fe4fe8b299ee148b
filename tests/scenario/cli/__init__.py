"""The real command line against the stand-in for AWS."""
