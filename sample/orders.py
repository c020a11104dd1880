"""Orders: several items taken together, or none of them."""

from dataclasses import dataclass, field

from inventory import Inventory
from journal import Journal
from result import Result, failure, success


@dataclass
class Order:
    customer: str
    lines: dict[str, int] = field(default_factory=dict)
    closed: bool = False


def add_line(order: Order, name: str, quantity: int) -> Result:
    if order.closed:
        return failure(f"order of {order.customer} is closed")
    if quantity < 1:
        return failure(f"not a quantity: {quantity}")
    order.lines[name] = order.lines.get(name, 0) + quantity
    return success(order)


def total(order: Order, inventory: Inventory) -> Result:
    cents = 0
    for name, quantity in order.lines.items():
        item = inventory.items.get(name)
        if item is None:
            return failure(f"unknown item: {name}")
        cents += item.cents * quantity
    return success(cents)


def place(order: Order, inventory: Inventory, journal: Journal) -> Result:
    if order.closed:
        return failure(f"order of {order.customer} is closed")
    for name, quantity in order.lines.items():
        item = inventory.items.get(name)
        if item is None:
            return failure(f"unknown item: {name}")
        if item.quantity < quantity:
            return failure(f"only {item.quantity} of {name} left")
    for name, quantity in order.lines.items():
        inventory.take(name, quantity)
    order.closed = True
    journal.record("ordered", order.customer, quantity=len(order.lines))
    return success(order)
