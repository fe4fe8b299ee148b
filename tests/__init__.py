"""The project's tests and the stand-in for AWS that they run against."""
