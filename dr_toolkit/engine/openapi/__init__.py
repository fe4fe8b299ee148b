"""OpenAPI documents as API Gateway imports and exports them: nouns written as one, and one read as rows."""
