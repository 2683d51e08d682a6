"""Products are found by words: ranked, by beginnings, other forms and in spite of slips, the same on every database."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue import reads, services, tasks
from catalogue.models import Product, Search, SearchDocument, SearchWord, Status
from catalogue.search import asking, documents, log, vocabulary
from catalogue.search.vocabulary import Vocabulary
from catalogue.search.words import words_of
from conftest import NOW

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products"
SUGGEST = "/api/v1/products/search/suggest"


@pytest.fixture
def shop(make_product, make_category):
    """A small shop, its best liked first: a board whose description alone speaks of candles, and so on."""
    garden = make_category("Garden candles")
    made = [
        make_product("Oak board", description="Looks well beside a candle, says Zoë.", tags=["kitchen"]),
        make_product("Match box", tags=["candle"]),
        make_product("Candle holder", brand="Crème & Sons", price=30),
        make_product("Brass candle stick for two", category=garden, price=40),
        make_product("Candles", price=5),
        make_product("Camel", description="On wheels.", external_reference="ref-85123A", asin="B00ABC1234"),
    ]
    services.set_popularity(popularity={product.pk: float(10 - n) for n, product in enumerate(made)})
    tasks.refresh_search()
    return made


@pytest.fixture
def found(api, shop):
    """Return how to search: the titles found, best first."""

    def search(q, **filters):
        answer = api().get(PRODUCTS, {"q": q, **filters})
        assert answer.status_code == 200
        titles = [item["title"] for item in answer.json()["items"]]
        assert answer.json()["total"] == len(titles)
        return titles

    return search


def test_title_counts_over_tags_over_description_and_popularity_between_equals(found):
    assert found("candle") == ["Candles", "Candle holder", "Brass candle stick for two", "Match box", "Oak board"]


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("candles", ["Candles", "Candle holder", "Brass candle stick for two", "Match box", "Oak board"]),
        ("CANDLE holder", ["Candle holder"]),
        ("holder candle", ["Candle holder"]),
        ("cand hold", ["Candle holder"]),
        ("cam", ["Camel"]),
        ("creme", ["Candle holder"]),
        ("Crème", ["Candle holder"]),
        ("zoe", ["Oak board"]),
        ("85123a", ["Camel"]),
        ("b00abc1234", ["Camel"]),
        ("kitchen", ["Oak board"]),
        ("nothing like it", []),
    ],
)
def test_words_are_found_in_any_order_form_and_case_and_as_beginnings(found, q, titles):
    assert found(q) == titles


@pytest.mark.parametrize(
    "q", ["cndle holder", "candel holder", "candle hodler", "acndle hloder", "kandle holdder", "candle  holdr"]
)
def test_slips_of_the_fingers_are_forgiven(found, q):
    assert found(q)[0] == "Candle holder"


def test_what_has_all_words_hides_what_has_some_and_else_the_rarest_word_counts_most(found):
    assert found("brass candle") == ["Brass candle stick for two"]
    assert found("camel brass candle")[:3] == ["Brass candle stick for two", "Camel", "Candles"]


def test_filters_narrow_a_search_and_do_not_loosen_it(found):
    assert found("candle holder", price_max=10) == []
    assert found("candle", price_max=10) == ["Candles"]
    assert found("candle", category="garden-candles") == ["Brass candle stick for two"]
    assert found("candle", sort="price")[0] == "Candles"


def test_a_search_is_read_backwards_and_page_by_page(api, shop):
    forwards = [item["title"] for item in api().get(PRODUCTS, {"q": "candle"}).json()["items"]]
    backwards = [item["title"] for item in api().get(PRODUCTS, {"q": "candle", "order": "asc"}).json()["items"]]
    pages = [
        api().get(PRODUCTS, {"q": "candle", "per_page": 2, "page": page}).json()["items"][0]["title"]
        for page in (1, 2, 3)
    ]

    assert backwards == forwards[::-1]
    assert pages == forwards[::2]


def test_a_search_that_is_asked_again_and_again_is_understood_anew_all_the_same(found, shop, monkeypatch):
    clock = iter(range(0, 100, 6))
    monkeypatch.setattr("catalogue.search.asking.time.monotonic", lambda: next(clock))
    first = asking.wanted_of("brass camel")
    # As another process does, whose changes this one does not hear of.
    SearchDocument.objects.filter(product=shop[5]).update(title="camel brass", n_title_words=2)

    later = [asking.wanted_of("brass camel").is_loose for _ in range(3)]

    assert (first.is_loose, later[-1]) == (True, False)


def test_what_is_changed_is_found_as_it_is_now(found, shop):
    holder = shop[2]
    services.update_product(product=holder, values={"title": "Lamp stand"}, now=NOW, actor_id=None)
    services.set_status(products=[shop[4].pk], status=Status.HIDDEN, now=NOW, actor_id=None)

    assert found("lamp") == ["Lamp stand"]
    assert found("candle holder") == ["Brass candle stick for two", "Match box", "Oak board"]


def test_an_import_writes_what_its_products_are_found_by_once(
    make_product, accessories, found, django_assert_num_queries
):
    row = {"external_reference": "new", "title": "Zither", "price": 9, "category": accessories}
    services.upsert_products(rows=[row], now=NOW, actor_id=None)
    written = SearchDocument.objects.get(product__title="Zither").updated_at

    services.upsert_products(rows=[row | {"price": 8}], now=NOW + timedelta(days=1), actor_id=None)
    assert SearchDocument.objects.get(product__title="Zither").updated_at == written
    services.upsert_products(rows=[row | {"title": "Banjo"}], now=NOW + timedelta(days=1), actor_id=None)

    assert (found("banjo"), found("zither")) == (["Banjo"], [])


def test_products_that_came_in_another_way_are_found_after_the_next_count(found, shop, accessories):
    Product.objects.bulk_create(
        [Product(title="Restored harp", slug="harp", price=1, category=accessories, created_at=NOW, updated_at=NOW)]
    )
    before = found("harp")

    tasks.refresh_search()

    assert (before, found("harp"), found("hrap")) == ([], ["Restored harp"], ["Restored harp"])
    assert documents.write_missing_documents(now=NOW) == 0


def test_words_are_counted_by_products_and_go_with_the_last(shop):
    def count(word):
        return SearchWord.objects.filter(word=word).values_list("n_products", flat=True).first()

    before = [count("candle"), count("camel")]
    services.update_product(
        product=shop[5], values={"title": "Candle duck"}, now=NOW + timedelta(hours=1), actor_id=None
    )

    assert vocabulary.refresh_words(now=NOW) > 0
    assert (before, [count("candle"), count("camel")]) == ([4, 1], [5, None])
    assert vocabulary.refresh_words(now=NOW) == 0


def test_a_process_goes_on_with_the_words_it_has_until_it_looks_again(shop, monkeypatch, django_assert_num_queries):
    vocabulary.vocabulary()
    with django_assert_num_queries(0):
        vocabulary.vocabulary()

    monkeypatch.setattr(vocabulary, "LOOK_SECONDS", 0.0)
    vocabulary.forget()
    vocabulary.vocabulary()
    with django_assert_num_queries(1):
        kept = vocabulary.vocabulary()

    assert kept.count("candle") == 4


def test_guesses_are_the_nearest_words_the_most_used_first():
    known = Vocabulary([("lamp", "lamp", 3), ("lamb", "lamb", 9), ("candle", "candl", 5), ("handle", "handl", 1)])

    assert known.guesses("lamq") == ("lamb", "lamp")
    assert known.guesses("almp") == ("lamp",)
    assert known.guesses("xandle") == ("candle", "handle")
    assert known.guesses("candelx") == ("candle",)
    assert [known.guesses(word) for word in ("la", "12345", "zzzz")] == [(), (), ()]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="ab'\"*:()&|!-^{}\\% ANDORNEAR", max_size=40))
def test_any_text_is_a_search(shop, text):
    reads.forget()
    products, total = reads.product_page(
        reads.ProductsAsked(page=1, per_page=20, fields=("id",), sort="relevance", descending=True, q=text), ("id",)
    )

    assert total == len(products)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mum's T-light", ["mums", "t", "light"]),
        ("Ångström & Łódź straße", ["angstrom", "lodz", "strasse"]),
        ("½ price", ["1", "2", "price"]),
        ("Чашка", ["чашка"]),
        ("snake_case", ["snake", "case"]),
        ("x" * 100, ["x" * 40]),
        ("\x00 — …", []),
    ],
)
def test_words_are_plain(text, words):
    assert words_of(text) == words


def test_each_search_is_logged_with_how_much_it_found_and_nobody_beside_it(api, alice, shop):
    for q, page in (("candle", 1), ("candle", 2), ("  brass   camel ", 1), ("nope", 1), ("", 1), ("&", 1)):
        api(alice).get(PRODUCTS, {"q": q, "page": page})
    api().get(PRODUCTS, {"q": "alice@example.com"})

    assert list(Search.objects.order_by("pk").values_list("query", "n_found", "is_loose")) == [
        ("candle", 5, False),
        ("brass camel", 2, True),
        ("nope", 0, False),
        ("@", 0, True),
    ]
    assert {field.name for field in Search._meta.fields} == {"id", "query", "n_found", "is_loose", "searched_at"}


def test_searches_are_kept_for_ninety_days(shop):
    for days in (91, 89):
        log.note_search(query=f"{days}", n_found=1, is_loose=False, now=NOW - timedelta(days=days))

    assert log.tidy(now=NOW) == 1
    assert Search.objects.get().query == "89"


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_beginning_is_completed_into_words_categories_and_products(api, shop, slash):
    answer = api().get(f"{SUGGEST}{slash}", {"q": "cand"})

    assert answer.status_code == 200
    offered = [(item["kind"], item["text"]) for item in answer.json()["items"]]
    assert offered == [
        ("words", "candle"),
        ("words", "candles"),
        ("category", "Garden candles"),
        ("product", "Candles"),
        ("product", "Candle holder"),
        ("product", "Brass candle stick for two"),
        ("product", "Match box"),
        ("product", "Oak board"),
    ]
    assert answer.json()["items"][3]["id"] == str(shop[4].pk)


@pytest.mark.parametrize(
    ("q", "first"), [("brass ca", "brass candle"), ("bras cand", "brass candle"), ("brss cand", "brass candle")]
)
def test_several_words_are_completed_together_and_as_they_were_meant(api, shop, q, first):
    assert api().get(SUGGEST, {"q": q}).json()["items"][0] == {"kind": "words", "text": first, "id": None}


def test_one_letter_is_completed_from_the_words_alone(api, shop):
    items = api().get(SUGGEST, {"q": "c"}).json()["items"]

    assert [(item["kind"], item["text"]) for item in items] == [
        ("words", "candle"),
        ("words", "camel"),
        ("words", "candles"),
        ("category", "Garden candles"),
    ]


@pytest.mark.parametrize(("query", "n"), [("q=", 0), ("q=%26", 0), ("q=candle&limit=2", 2), ("q=zzz", 0)])
def test_nothing_is_suggested_for_nothing_and_no_more_than_is_asked_for(api, shop, query, n):
    assert len(api().get(f"{SUGGEST}?{query}").json()["items"]) == n


@pytest.mark.parametrize("query", ["", "q=a&limit=0", "q=a&limit=21", f"q={'a' * 201}"])
def test_a_question_for_suggestions_that_is_none_is_422(api, query):
    assert api().get(f"{SUGGEST}?{query}").status_code == 422
