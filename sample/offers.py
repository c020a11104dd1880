"""Offers: prices that change for a while, each change on record."""

from inventory import Inventory
from journal import Journal
from result import Result, failure, success


def reduce_price(inventory: Inventory, journal: Journal, name: str, percent: int) -> Result:
    item = inventory.items.get(name)
    if item is None:
        return failure(f"unknown item: {name}")
    if not 0 < percent < 100:
        return failure(f"not a share: {percent}")
    item.cents -= item.cents * percent // 100
    journal.record("reduced", name, cents=item.cents)
    return success(item)


def clear_stock(inventory: Inventory, journal: Journal, name: str) -> Result:
    item = inventory.items.get(name)
    if item is None:
        return failure(f"unknown item: {name}")
    journal.record("cleared", name, quantity=item.quantity)
    item.quantity = 0
    return success(item)


def price_of(inventory: Inventory, name: str, quantity: int) -> Result:
    item = inventory.items.get(name)
    if item is None:
        return failure(f"unknown item: {name}")
    if quantity < 1:
        return failure(f"not a quantity: {quantity}")
    return success(item.cents * quantity)


def is_reduced(inventory: Inventory, journal: Journal, name: str) -> Result:
    item = inventory.items.get(name)
    if item is None:
        return failure(f"unknown item: {name}")
    return success(any(event.kind == "reduced" for event in journal.of_item(name)))
