"""Documents of API Gateway's imports and exports."""
