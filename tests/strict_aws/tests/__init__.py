"""What the strict AWS promises, shown through boto3's clients."""
