"""A small inventory with dataclasses, exceptions and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Iterator, Optional


class OutOfStock(Exception):
    """Raised when more is taken than there is."""

    def __init__(self, name: str, wanted: int, available: int) -> None:
        super().__init__(f"{name}: wanted {wanted}, only {available} left")
        self.name = name
        self.wanted = wanted
        self.available = available


@dataclass
class Item:
    name: str
    quantity: int = 0
    price: float = 0.0
    expires: Optional[date] = None
    tags: list[str] = field(default_factory=list)

    @property
    def value(self) -> float:
        return self.quantity * self.price

    def is_expired(self, today: Optional[date] = None) -> bool:
        if self.expires is None:
            return False
        return self.expires < (today or date.today())


class Inventory:
    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def add(self, name: str, quantity: int, price: float) -> Item:
        if quantity <= 0:
            raise ValueError("quantity must be positive")
        item = self._items.setdefault(name, Item(name, price=price))
        item.quantity += quantity
        return item

    def take(self, name: str, quantity: int = 1) -> None:
        item = self._items.get(name)
        if item is None:
            raise KeyError(name)
        if item.quantity < quantity:
            raise OutOfStock(name, quantity, item.quantity)
        item.quantity -= quantity

    def total(self) -> float:
        return sum(item.value for item in self)

    def expiring(self, days: int = 7) -> list[Item]:
        limit = date.today() + timedelta(days=days)
        return [item for item in self if item.expires and item.expires <= limit]

    def to_json(self) -> str:
        return json.dumps([asdict(item) for item in self], default=str, indent=2)
