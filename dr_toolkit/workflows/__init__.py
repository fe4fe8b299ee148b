"""The use cases: the only place where the engines meet AWS, the store and the config."""
