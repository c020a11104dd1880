"""Type below the last line."""

from inventory import Inventory
from journal import Journal
from result import Result, failure, success

journal = Journal()
inventory = Inventory(journal)
inventory.add_item("tea", cents=450)


def remove_item(inventory: Inventory, name: str) -> Result:
    item = inventory.items.get(name)