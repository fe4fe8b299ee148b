"""The adapter to AWS: the only place that knows boto3."""
