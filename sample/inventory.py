"""What is in stock, and what it costs."""

from dataclasses import dataclass, field

from journal import Journal
from result import Result, failure, success


@dataclass
class Item:
    name: str
    cents: int
    quantity: int = 0


@dataclass
class Inventory:
    journal: Journal
    items: dict[str, Item] = field(default_factory=dict)

    def add_item(self, name: str, cents: int) -> Result:
        if name in self.items:
            return failure(f"already known: {name}")
        if cents < 0:
            return failure(f"negative price: {cents}")
        item = Item(name=name, cents=cents)
        self.items[name] = item
        self.journal.record("added", name, cents=cents)
        return success(item)

    def restock(self, name: str, quantity: int) -> Result:
        item = self.items.get(name)
        if item is None:
            return failure(f"unknown item: {name}")
        if quantity < 1:
            return failure(f"not a quantity: {quantity}")
        item.quantity += quantity
        self.journal.record("restocked", name, quantity=quantity)
        return success(item)

    def take(self, name: str, quantity: int) -> Result:
        item = self.items.get(name)
        if item is None:
            return failure(f"unknown item: {name}")
        if item.quantity < quantity:
            return failure(f"only {item.quantity} of {name} left")
        item.quantity -= quantity
        self.journal.record("taken", name, quantity=quantity, cents=item.cents * quantity)
        return success(item)

    def change_price(self, name: str, cents: int) -> Result:
        item = self.items.get(name)
        if item is None:
            return failure(f"unknown item: {name}")
        if cents < 0:
            return failure(f"negative price: {cents}")
        item.cents = cents
        self.journal.record("repriced", name, cents=cents)
        return success(item)

    def worth(self) -> int:
        return sum(item.cents * item.quantity for item in self.items.values())
