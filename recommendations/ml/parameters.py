"""What a model is told before it learns: frozen, checked, and plain enough for JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self, get_type_hints


def between(low: float, high: float, default: Any) -> Any:
    """Declare a number between two bounds, both allowed."""
    return field(default=default, metadata={"low": low, "high": high})


def one_of(*choices: str) -> Any:
    """Declare a word from a list; the first is the default."""
    return field(default=choices[0], metadata={"choices": choices})


@dataclass(frozen=True)
class Parameters:
    """The base of every model's parameters; a value of the wrong type or out of range is a ValueError."""

    def __post_init__(self) -> None:
        kinds = get_type_hints(type(self))
        for one in fields(self):
            value = _checked(one.name, getattr(self, one.name), kinds[one.name], one.metadata)
            object.__setattr__(self, one.name, value)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the defaults with some values changed; an unknown name is a ValueError that lists the known ones."""
        return cls().changed(values)

    def changed(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with some values changed; raises as `of` does."""
        known = [one.name for one in fields(self)]
        for name in values:
            if name not in known:
                raise ValueError(f"There is no parameter {name!r}; there are {', '.join(known)}.")
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """Return the values as JSON knows them."""
        return asdict(self)


def _checked(name: str, value: Any, kind: Any, rule: Mapping[str, Any]) -> Any:
    if "choices" in rule:
        if value not in rule["choices"]:
            raise ValueError(f"{name} has to be one of {', '.join(rule['choices'])}, not {value!r}.")
        return value
    if value is None and kind == float | None:
        return None
    # True is an int to Python, and 64.0 is a whole number to JSON; neither should surprise.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} has to be a number, not {value!r}.")
    if not rule["low"] <= value <= rule["high"]:
        raise ValueError(f"{name} has to be between {rule['low']:g} and {rule['high']:g}, not {value!r}.")
    if kind is int and value != int(value):
        raise ValueError(f"{name} has to be a whole number, not {value!r}.")
    return int(value) if kind is int else float(value)


@dataclass(frozen=True)
class FadingParameters(Parameters):
    """How a model wants histories to be made of events."""

    half_life_days: float | None = between(0.01, 36_500, 60.0)
    """Days after which an event counts half; None lets nothing fade."""
    repeats: str = one_of("latest", "sum")
    """What several events of one person and item become."""


@dataclass(frozen=True)
class LearningParameters(FadingParameters):
    """What every learner needs beside."""

    seed: int = between(0, 2**32 - 1, 1)
    threads: int = between(1, 256, 1)
    """How many threads the fit may use."""
