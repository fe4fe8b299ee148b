"""What a REST API is made of, and the words that documents have for it."""

from __future__ import annotations

from dr_toolkit.spec.arns import REST_API

API = REST_API
RESOURCE, METHOD = "apigateway.resource", "apigateway.method"
MODEL, AUTHORIZER = "apigateway.model", "apigateway.authorizer"
VALIDATOR, RESPONSE = "apigateway.request_validator", "apigateway.gateway_response"
PART = "apigateway.documentation_part"

X = "x-amazon-apigateway-"
"""How the names of API Gateway's own members of a document begin."""

JSON = "application/json"
VERBS = ("get", "put", "post", "delete", "patch", "options", "head")
ANY = X + "any-method"
SCHEMAS = "#/components/schemas/"
MODELS_URL = "https://apigateway.amazonaws.com/restapis/"

PLACES = {"path": "path", "query": "querystring", "header": "header"}
"""Where a parameter stands: a document's word, and API Gateway's"""
WORDS = {mine: word for word, mine in PLACES.items()}
REQUEST, ANSWER = "method.request.", "method.response.header."

SETTINGS = {
    "binary-media-types": "binaryMediaTypes",
    "minimum-compression-size": "minimumCompressionSize",
    "api-key-source": "apiKeySource",
    "security-policy": "securityPolicy",
    "endpoint-access-mode": "endpointAccessMode",
}
"""Extensions at a document's root that are members of the API as they are"""

KINDS = {"token": "TOKEN", "request": "REQUEST", "cognito_user_pools": "COGNITO_USER_POOLS"}
"""Types of authorizers: a document's word, and API Gateway's"""
AUTHORIZER_TEXTS = ("authorizerUri", "authorizerCredentials", "identityValidationExpression")
SIGV4, API_KEY = "sigv4", "api_key"
HEADER = "method.request.header."
