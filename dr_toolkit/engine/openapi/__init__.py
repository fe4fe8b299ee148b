"""OpenAPI documents of APIs: what an import is given, and what an export tells. Pure."""
