"""Orders from a shop's own export: the whole file is read and checked, then what is missing here is written."""

import dataclasses
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from accounts import services as accounts
from catalogue import services as catalogue
from catalogue.search.vocabulary import refresh_words
from common import audit
from common.transactions import Preset, kept, read_transactions
from orders import services
from orders.importing.goods import describe_products
from orders.importing.limits import check_limits, check_owners
from orders.importing.people import address_of, describe_people
from orders.models import OrderLine, OrderStatus

ORDERS_AT_ONCE = 500

Progress = Callable[[str, int, int], None]


@dataclasses.dataclass
class Report:
    """What was in the file, and what was written of it."""

    lines: int = 0
    dropped: Counter[str] = dataclasses.field(default_factory=Counter)
    sales: int = 0
    orders: int = 0
    people: int = 0
    products: int = 0
    revenue: Decimal = Decimal(0)
    new_orders: int = 0
    new_lines: int = 0


def import_transactions(
    path: Path,
    *,
    preset: Preset,
    currency: str,
    now: datetime,
    actor_id: uuid.UUID | None = None,
    progress: Progress = lambda stage, done, of: None,
) -> Report:
    """Bring the sales of a file in as delivered orders, with their buyers and products, in batches that each stand.

    A line is known by its order's number and its place in the order, so the same file twice changes nothing, and an
    import that was interrupted is simply run again. Nothing is written before the whole file was read and checked.
    Raises UnreadableTransactions, and OrderTaken when somebody else imports the same orders at the same time.
    """
    frame = read_transactions(path, preset)
    progress("lines read", len(frame), len(frame))
    sales, dropped = kept(frame, preset)
    check_limits(sales, path, preset)
    report = Report(
        lines=len(frame),
        dropped=dropped,
        sales=len(sales),
        orders=sales["order"].nunique(),
        people=sales["user"].nunique(),
        products=sales["product"].nunique(),
        revenue=sum(map(_money, sales["quantity"].tolist(), sales["exact_price"]), Decimal(0)),
    )
    del frame
    # The lines of an order may be scattered over the file; here they stand together.
    sales = sales.iloc[np.argsort(pd.factorize(sales["order"])[0], kind="stable")].reset_index(drop=True)
    missing = sales[_is_missing(sales, progress)]
    if len(missing):
        check_owners(missing, path, preset)
        _write(sales, missing, report, currency, now, actor_id, progress)
    return report


def _money(quantity: int, price: Decimal) -> Decimal:
    return quantity * price


def _is_missing(sales: pd.DataFrame, progress: Progress) -> np.ndarray:
    """Return which lines are not here yet."""
    missing = np.ones(len(sales), dtype=bool)
    for start, end in _orders_together(sales["order"]):
        batch = sales.iloc[start:end]
        lines = OrderLine.objects.filter(order__external_reference__in=batch["order"].unique().tolist()).order_by()
        here = set(lines.values_list("order__external_reference", "ordinal").iterator(chunk_size=10_000))
        if here:
            places = zip(batch["order"].tolist(), batch["ordinal"].tolist(), strict=True)
            missing[start:end] = [place not in here for place in places]
        progress("lines compared", end, len(sales))
    return missing


def _write(
    sales: pd.DataFrame,
    missing: pd.DataFrame,
    report: Report,
    currency: str,
    now: datetime,
    actor_id: uuid.UUID | None,
    progress: Progress,
) -> None:
    """Write missing lines, after the people and products that they name and that are not here either."""
    people = describe_people(sales, of=missing["user"])
    progress("customers", 0, len(people))
    user_ids = accounts.import_people(people=people, now=now)
    progress("customers", len(people), len(people))
    rows = describe_products(sales, of=missing["product"])
    categories = catalogue.add_categories(
        names=dict.fromkeys(row["category"] for row in rows), now=now, actor_id=actor_id
    )
    progress("products", 0, len(rows))
    product_ids = catalogue.add_products(
        rows=[{**row, "currency": currency, "category": categories[row["category"]]} for row in rows],
        now=now,
        actor_id=actor_id,
    )
    refresh_words(now=now)
    progress("products", len(rows), len(rows))
    placed_at = sales.groupby("order", sort=False)["at"].min()
    for start, end in _orders_together(missing["order"]):
        orders = [
            services.OrderToImport(
                external_reference=reference,
                user_id=user_ids[address_of(lines["user"].iat[0])],
                placed_at=placed_at[reference].to_pydatetime(),
                status=OrderStatus.DELIVERED,
                currency=currency,
                lines=[
                    services.LineToImport(product_ids[product], quantity, price, ordinal)
                    for product, quantity, price, ordinal in zip(
                        lines["product"].tolist(),
                        lines["quantity"].tolist(),
                        lines["exact_price"].tolist(),
                        lines["ordinal"].tolist(),
                        strict=True,
                    )
                ],
            )
            for reference, lines in missing.iloc[start:end].groupby("order", sort=False)
        ]
        n_orders, n_lines = services.complete_orders(orders=orders, now=now, actor_id=actor_id)
        report.new_orders += n_orders
        report.new_lines += n_lines
        progress("lines written", end, len(missing))
    audit.report(
        name="orders.imported",
        now=now,
        message=f"{report.new_orders} orders with {report.new_lines} lines were imported.",
        details={"orders": report.new_orders, "lines": report.new_lines},
    )


def _orders_together(references: pd.Series) -> Iterator[tuple[int, int]]:
    """Yield stretches of lines that hold whole orders, so that a batch never cuts one."""
    texts = references.to_numpy(dtype=object)
    begins = np.flatnonzero(np.r_[True, texts[1:] != texts[:-1]])[::ORDERS_AT_ONCE] if len(texts) else np.array([0])
    yield from zip(begins.tolist(), [*begins[1:].tolist(), len(texts)], strict=True)
