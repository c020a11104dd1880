"""Amounts of money in whole cents."""

from result import Result, failure, success


def parse_amount(text: str) -> Result:
    """Reads "12.50" as 1250 cents."""
    whole, _, fraction = text.strip().partition(".")
    if not whole.isdigit():
        return failure(f"not an amount: {text}")
    if fraction and not fraction.isdigit():
        return failure(f"not an amount: {text}")
    if len(fraction) > 2:
        return failure(f"more than two decimals: {text}")
    return success(int(whole) * 100 + int(fraction.ljust(2, "0") or 0))


def format_amount(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def share(cents: int, parts: int) -> Result:
    """Splits an amount; the first shares carry the cents that do not divide."""
    if parts < 1:
        return failure(f"cannot split among {parts}")
    base, rest = divmod(cents, parts)
    return success([base + 1 if index < rest else base for index in range(parts)])
