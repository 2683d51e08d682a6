"""`import_transactions`: sales become delivered orders of people, once each, whatever happens in between."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts import services as accounts
from accounts.models import User
from catalogue import services as catalogue
from catalogue.models import Category, Product
from common.models import AuditEntry, SystemEvent
from orders import services
from orders.models import Order, OrderLine, OrderStatus

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SCARF = "536365,85123A,RED WOOL  SCARF,6,2011-03-01 10:00:00,2.55,17850"
MUG = "536365,71053,Speckled mug,1,2011-03-01 10:00:00,3.39,17850"
BOBS_MUG = "536366,71053,Speckled mug,2,2011-03-02 11:30:00,3.49,13047"
NOBODYS = "536365,71053,Speckled mug,1,2011-03-01 10:00:00,3.39,"


def everything():
    """Return all that an import writes, ids and times of change included."""
    tables = (Order, OrderLine, User, Product, Category, AuditEntry, SystemEvent)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def content():
    """Return what an import writes, told without ids, which each import draws anew."""
    return {
        "lines": list(
            OrderLine.objects.order_by("order__external_reference", "ordinal").values_list(
                "order__external_reference",
                "order__user__email",
                "order__placed_at",
                "order__status",
                "ordinal",
                "product__external_reference",
                "quantity",
                "unit_price",
            )
        ),
        "people": list(User.objects.order_by("email").values_list("email", "created_at", "updated_at")),
        "products": list(
            Product.objects.order_by("external_reference").values_list("external_reference", "title", "slug", "price")
        ),
    }


def test_sales_become_delivered_orders_with_their_lines(export, load):
    load(export(SCARF, MUG, BOBS_MUG))

    order = Order.objects.get(external_reference="536365")
    assert (order.status, order.currency) == (OrderStatus.DELIVERED, "GBP")
    assert order.placed_at == datetime(2011, 3, 1, 10, 0, tzinfo=UTC)
    assert list(order.lines.values_list("ordinal", "product__external_reference", "quantity", "unit_price")) == [
        (1, "85123A", 6, Decimal("2.55")),
        (2, "71053", 1, Decimal("3.39")),
    ]
    assert Order.objects.with_totals().get(pk=order.pk).total == Decimal("18.69")  # 6 x 2.55 + 3.39


def test_customers_become_people_who_cannot_sign_in_and_whom_no_mail_reaches(export, load):
    load(export(BOBS_MUG, SCARF, SCARF.replace("536365", "536300").replace("03-01", "02-01")))

    buyer = Order.objects.get(external_reference="536365").user
    assert (buyer.email, buyer.has_usable_password()) == ("customer-17850@imported.invalid", False)
    assert buyer.created_at == datetime(2011, 2, 1, 10, 0, tzinfo=UTC)
    assert User.objects.count() == 2


def test_customers_whose_numbers_differ_in_capitals_or_signs_alone_stay_apart(export, load):
    customers = ["ab", "AB", "a b", "á", "a" * 300]
    lines = [f"{n},71053,Mug,1,2011-03-01,3.39,{customer}" for n, customer in enumerate(customers)]

    load(export(*lines))

    assert User.objects.count() == 5
    for user in User.objects.all():
        user.clean_fields(exclude=["password"])


def test_a_product_has_its_most_frequent_title_and_its_latest_price(export, load):
    lines = [
        "1,71053,wrongly picked,1,2011-03-09,3.60,17850",
        "2,71053,SPECKLED MUG,1,2011-03-01,3.39,17850",
        "3,71053,SPECKLED  MUG ,1,2011-03-02,3.49,17850",
        "4,NAMELESS,,1,2011-03-02,1.005,17850",
    ]

    load(export(*lines))

    assert list(Product.objects.order_by("external_reference").values_list("title", "price")) == [
        ("Speckled mug", Decimal("3.60")),
        ("NAMELESS", Decimal("1.01")),
    ]
    assert Category.objects.get().name == "Imported"


def test_a_column_of_categories_says_where_products_stand(export, load, make_category):
    kitchen = make_category("Kitchen")
    lines = [f"{MUG},Kitchen", f"{SCARF},Winter things", f"{SCARF},", f"{SCARF},Winter things".replace("85123A", "X")]

    load(export(*lines, headings="order,product,title,quantity,at,price,user,shelf"), "--columns", "category=shelf")

    assert Product.objects.get(external_reference="71053").category == kitchen
    assert Product.objects.get(external_reference="85123A").category.slug == "winter-things"
    assert Category.objects.count() == 2


def test_categories_whose_names_have_no_latin_letter_stay_apart(export, load):
    lines = [f"{MUG},Чашки", f"{SCARF},Шарфы"]

    load(export(*lines, headings="order,product,title,quantity,at,price,user,category"))

    assert sorted(Category.objects.values_list("name", flat=True)) == ["Чашки", "Шарфы"]


def test_the_file_may_call_the_columns_as_it_likes(export, load):
    path = export(SCARF, headings="Bon,Code,Name,Menge,Am,Preis,Kunde Nr")
    names = "order=Bon,product=Code,title=Name,quantity=Menge,at=Am,price=Preis,user=Kunde Nr"

    load(path, "--columns", names, "--currency", "EUR")

    assert (Order.objects.get().currency, OrderLine.objects.get().currency) == ("EUR", "EUR")
    assert (Product.objects.get().title, Product.objects.get().currency) == ("Red wool scarf", "EUR")


def test_day_and_month_are_read_in_the_order_that_is_named(export, load):
    load(export(SCARF.replace("2011-03-01", "01/03/2011")), "--dates", "day-first")

    assert Order.objects.get().placed_at == datetime(2011, 3, 1, 10, 0, tzinfo=UTC)


def test_fractions_of_a_penny_are_kept_to_the_last(export, load):
    words = load(export(SCARF.replace("2.55", "0.001"), MUG.replace("3.39", "2.5555")))

    assert list(OrderLine.objects.values_list("unit_price", flat=True)) == [Decimal("0.001"), Decimal("2.5555")]
    assert Order.objects.with_totals().get().total == Decimal("2.5615")  # 6 x 0.001 + 2.5555
    assert "worth 2.5615 GBP" in words


def test_a_line_keeps_its_place_although_lines_above_it_were_dropped(export, load):
    load(export(SCARF, NOBODYS, BOBS_MUG, MUG))

    assert list(OrderLine.objects.filter(order__external_reference="536365").values_list("ordinal", flat=True)) == [
        1,
        3,
    ]


def test_the_summary_tells_what_was_taken_and_why_lines_were_dropped(export, load):
    words = load(export(SCARF, NOBODYS, MUG.replace(",1,", ",-1,"), MUG.replace("3.39", "0"), MUG, BOBS_MUG))

    assert words.splitlines() == [
        "Reading sales.csv …",
        "6 of 6 lines read",
        "3 of 3 lines compared",
        "0 of 2 customers",
        "2 of 2 customers",
        "0 of 2 products",
        "2 of 2 products",
        "3 of 3 lines written",
        "6 lines read, 3 of them sales worth 25.67 GBP:",  # 6 x 2.55 + 3.39 + 2 x 3.49
        "2 orders of 2 customers, 2 products.",
        "3 lines dropped:",
        "          1  no customer",
        "          1  quantity not above zero",
        "          1  price not above zero",
        "2 orders and 3 lines are new, in 0 seconds.",
    ]


def test_what_was_written_stands_in_the_audit_log_and_among_the_system_events(export, load):
    load(export(SCARF, MUG, BOBS_MUG))

    assert AuditEntry.objects.get(action="order.imported").details == {"orders": 2, "lines": 3}
    assert AuditEntry.objects.get(action="account.imported").details == {"count": 2}
    event = SystemEvent.objects.get(name="orders.imported")
    assert event.message == "2 orders with 3 lines were imported."


def test_the_same_file_twice_changes_nothing(export, load):
    path = export(SCARF, SCARF, MUG, BOBS_MUG)
    load(path)
    before = everything()

    words = load(path)

    assert "All of it was here already; nothing has changed." in words
    assert everything() == before


def test_a_longer_file_adds_only_what_is_new(export, load):
    load(export(SCARF, MUG))
    bought = list(OrderLine.objects.order_by("pk").values())

    words = load(export(SCARF, MUG, BOBS_MUG, MUG))

    assert "1 orders and 2 lines are new" in words
    assert list(OrderLine.objects.order_by("pk").values())[:2] == bought
    assert list(OrderLine.objects.order_by("pk").values_list("order__external_reference", "ordinal"))[2:] == [
        ("536366", 1),
        ("536365", 3),
    ]


def test_an_order_of_which_lines_are_missing_is_completed_as_if_nothing_had_happened(export, load):
    path = export(SCARF, MUG, SCARF, BOBS_MUG)
    load(path)
    whole = content()
    OrderLine.objects.filter(order__external_reference="536365", ordinal__in=(1, 3)).delete()
    Order.objects.filter(external_reference="536366").delete()

    load(path)

    assert content() == whole


def test_what_staff_changed_in_a_product_stays_changed(export, load):
    load(export(SCARF))
    scarf = Product.objects.get()
    edits = {"title": "A scarf to love", "price": Decimal("9.99")}
    catalogue.update_product(product=scarf, values=edits, now=NOW, actor_id=None)

    load(export(SCARF, SCARF))

    scarf.refresh_from_db()
    assert (scarf.title, scarf.price, scarf.updated_at) == ("A scarf to love", Decimal("9.99"), NOW)
    assert OrderLine.objects.count() == 2


def test_a_buyer_who_was_erased_does_not_come_back_with_the_same_file(export, load):
    path = export(SCARF)
    load(path)
    accounts.close_account(user=User.objects.get(), now=NOW)

    load(path)

    assert User.objects.count() == 0
    assert Order.objects.get().user is None


def test_lines_are_not_added_to_somebody_elses_order(alice, export, load):
    mine = services.OrderToImport("536365", alice.pk, NOW, OrderStatus.PAID, "GBP", [])
    services.import_orders(orders=[mine])

    words = load(export(BOBS_MUG, SCARF))

    assert "sales.csv, line 3, column 'order': the order '536365' is here already, and somebody else's." in words
    assert (OrderLine.objects.count(), Product.objects.count(), list(User.objects.all())) == (0, 0, [alice])


def test_lines_of_an_order_that_lost_its_buyer_are_added_to_nobody(export, load):
    load(export(SCARF))
    accounts.close_account(user=User.objects.get(), now=NOW)

    load(export(SCARF, MUG))

    assert Order.objects.get().user is None
    assert OrderLine.objects.count() == 2


def test_the_door_itself_adds_no_lines_to_somebody_elses_order(alice, bob, scarf):
    services.import_orders(orders=[services.OrderToImport("536365", alice.pk, NOW, OrderStatus.PAID, "GBP", [])])
    line = services.LineToImport(scarf.pk, 1, Decimal(20))
    bobs = services.OrderToImport("536365", bob.pk, NOW, OrderStatus.PAID, "GBP", [line])

    with pytest.raises(services.OrderTaken, match="'536365' is there already and somebody else's"):
        services.complete_orders(orders=[bobs], now=NOW)

    assert OrderLine.objects.count() == 0


def test_of_two_imports_at_once_the_second_is_told_to_wait(alice, scarf, monkeypatch):
    line = services.LineToImport(scarf.pk, 1, Decimal(20))
    order = services.OrderToImport("536365", alice.pk, NOW, OrderStatus.PAID, "GBP", [line])
    services.complete_orders(orders=[order], now=NOW)
    # The second has looked before the first wrote.
    monkeypatch.setattr("orders.services.imports._known", lambda references: {})

    with pytest.raises(services.OrderTaken, match="Somebody else is importing the same orders now"):
        services.complete_orders(orders=[order], now=NOW)

    assert OrderLine.objects.count() == 1


def test_orders_land_in_batches_that_cut_no_order(export, load, monkeypatch):
    monkeypatch.setattr("orders.importing.ORDERS_AT_ONCE", 2)
    lines = [f"{n % 5},71053,Mug,1,2011-03-01,3.39,17850" for n in range(15)]

    load(export(*lines))

    batches = AuditEntry.objects.filter(action="order.imported").order_by("pk").values_list("details", flat=True)
    assert list(batches) == [{"orders": 2, "lines": 6}, {"orders": 2, "lines": 6}, {"orders": 1, "lines": 3}]
