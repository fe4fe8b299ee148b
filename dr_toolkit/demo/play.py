def run(no_color: bool, keep: str | None) -> int:
    raise NotImplementedError
