"""HTTP requests read into calls by botocore's models, and answers written back as AWS writes them."""
