"""The vocabulary in which an AWS type is described, once."""
