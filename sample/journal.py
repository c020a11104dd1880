"""Every change is an event on record."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    kind: str
    item: str
    quantity: int = 0
    cents: int = 0


@dataclass
class Journal:
    events: list[Event] = field(default_factory=list)

    def record(self, kind: str, item: str, quantity: int = 0, cents: int = 0) -> Event:
        event = Event(kind=kind, item=item, quantity=quantity, cents=cents)
        self.events.append(event)
        return event

    def of_kind(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def of_item(self, item: str) -> list[Event]:
        return [event for event in self.events if event.item == item]
