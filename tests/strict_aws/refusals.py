"""The errors that an answer can be, in AWS's own codes."""

from __future__ import annotations


class Refusal(Exception):
    """An error answer of a service: AWS's code and text, the HTTP status, and headers beside it."""

    def __init__(self, code: str, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status
        self.headers = headers or {}


class Dropped(Exception):
    """The connection ends without an answer."""


def bad_request(message: str) -> Refusal:
    """400 BadRequestException of API Gateway."""
    return Refusal("BadRequestException", message, 400)


def not_found(message: str) -> Refusal:
    """404 NotFoundException of API Gateway."""
    return Refusal("NotFoundException", message, 404)


def conflict(message: str) -> Refusal:
    """409 ConflictException of API Gateway."""
    return Refusal("ConflictException", message, 409)


def limit_exceeded(message: str) -> Refusal:
    """429 LimitExceededException of API Gateway: a resource quota, not a rate."""
    return Refusal("LimitExceededException", message, 429)


def invalid(message: str) -> Refusal:
    """400 ValidationException of API Gateway v1: what its front door checks before the service sees a request."""
    return Refusal("ValidationException", message, 400)


class Unreachable(Exception):
    """No connection is made at all."""
