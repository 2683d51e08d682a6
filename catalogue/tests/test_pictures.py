"""Staff give products pictures: over the API and at the desk, kept in three sizes in the folder or in a bucket."""

import io

import boto3
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from moto.server import ThreadedMotoServer
from PIL import Image

from catalogue import pictures, services
from catalogue.media import picture_set
from common.models import AuditEntry
from common.tests.openapi import refused
from common.tests.parallel import in_parallel
from conftest import NOW

pytestmark = pytest.mark.django_db
BUCKET = "pictures"


def picture(colour="red", kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", (1600, 800), colour).save(file, kind)
    return SimpleUploadedFile(f"scarf.{kind.lower()}", file.getvalue())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def bucket(settings, monkeypatch):
    """A server of this test's own that speaks S3's protocol, with an empty bucket; pictures are kept there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a key of the tests")
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    options = settings.BUCKET_OPTIONS | {"bucket_name": BUCKET, "endpoint_url": f"http://{host}:{port}"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": settings.BUCKET_STORAGE, "OPTIONS": options}}
    settings.MEDIA_URL = "https://media.example/"
    yield client
    # Connections that boto3 keeps open, ours and the storage's.
    client.close()
    default_storage.connection.meta.client.close()
    server.stop()


def send(client, product, file, slash=""):
    return client.client.post(f"/api/v1/products/{product.pk}/images{slash}", {"file": file}, headers=client.headers)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_first_picture_is_the_products_own_and_more_stand_beside_it(api, mary, scarf, folder, slash):
    first, second = (send(api(mary), scarf, picture(colour), slash) for colour in ("red", "blue"))

    assert (first.status_code, second.status_code) == (201, 201)
    assert set(first.json()) == {"large", "medium", "small"}
    shown = api().get(f"/api/v1/products/{scarf.pk}").json()
    assert (shown["image_url"], shown["images"]) == (first.json()["large"], [second.json()["large"]])
    kept = {name: (folder / url.removeprefix("/media/")).read_bytes() for name, url in first.json().items()}
    widths = {name: Image.open(io.BytesIO(content)).width for name, content in kept.items()}
    assert widths == {"large": 1280, "medium": 640, "small": 320}
    assert AuditEntry.objects.filter(action="product.changed", actor_id=mary.pk).count() == 2


def test_the_same_picture_again_changes_nothing(api, mary, scarf):
    answers = [send(api(mary), scarf, picture()) for _ in range(2)]

    scarf.refresh_from_db()
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["large"].endswith(scarf.image), scarf.images) == (True, [])
    assert AuditEntry.objects.filter(action="product.changed").count() == 1


def test_what_a_process_that_died_left_half_written_is_written_again(mary, scarf, folder):
    paths = pictures.add_picture(product_id=scarf.pk, file=picture(), now=NOW, actor_id=mary.pk)
    whole = (folder / paths["large"]).read_bytes()
    (folder / paths["large"]).write_bytes(whole[:100])

    pictures.add_picture(product_id=scarf.pk, file=picture(), now=NOW, actor_id=mary.pk)

    assert (folder / paths["large"]).read_bytes() == whole


def test_a_picture_is_for_staff_and_for_keys_of_theirs(api, alice, scarf):
    answers = [send(client, scarf, picture()) for client in (api(), api(alice))]

    assert [answer.status_code for answer in answers] == [401, 403]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (SimpleUploadedFile("scarf.svg", b"<svg/>"), "UNREADABLE_PICTURE"),
        (SimpleUploadedFile("scarf.png", b""), "VALIDATION_ERROR"),
        ("words", "VALIDATION_ERROR"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_kept(api, mary, scarf, folder, file, code):
    answer = send(api(mary), scarf, file)

    assert refused(answer, 422, code)["errors"][0]["loc"] == ["body", "file"]
    assert not list(folder.rglob("*.webp"))


def test_a_file_that_is_too_large_is_413(api, mary, scarf, settings):
    settings.MAX_FILE_SIZE = 100

    assert refused(send(api(mary), scarf, picture()), 413, "PAYLOAD_TOO_LARGE")


def test_a_product_that_is_not_there_is_404(api, mary, scarf):
    services.delete_product(product=scarf, now=NOW, actor_id=None)

    assert send(api(mary), scarf, picture()).status_code == 404


def test_a_product_has_ten_pictures_beside_its_own(api, mary, scarf):
    answers = [send(api(mary), scarf, picture((number * 20, 0, 0))) for number in range(12)]

    assert [answer.status_code for answer in answers] == [201] * 11 + [409]
    assert refused(answers[-1], 409, "TOO_MANY_IMAGES")


@pytest.mark.django_db(transaction=True)
def test_pictures_that_are_sent_at_once_all_stay(mary, scarf):
    colours = iter(["red", "green", "blue", "white"])

    in_parallel(
        lambda: pictures.add_picture(product_id=scarf.pk, file=picture(next(colours)), now=NOW, actor_id=mary.pk), 4
    )

    scarf.refresh_from_db()
    assert (bool(scarf.image), len(set(scarf.images))) == (True, 3)


def test_a_picture_is_kept_by_browsers_for_ever_and_others_for_an_hour(api, client, mary, scarf, folder):
    sizes = send(api(mary), scarf, picture()).json()
    (folder / "demo").mkdir()
    (folder / "demo" / "mug.webp").write_bytes(b"drawn")

    own, drawn = client.get(sizes["small"]), client.get("/media/demo/mug.webp")
    for answer in (own, drawn):
        answer.close()

    assert (own.status_code, own["Content-Type"], own["Cache-Control"]) == (
        200,
        "image/webp",
        "public, max-age=31536000, immutable",
    )
    assert (drawn.status_code, drawn["Cache-Control"]) == (200, "public, max-age=3600")
    assert client.get("/media/../settings.py").status_code == 400
    assert client.post(sizes["small"]).status_code == 405


def test_a_page_offers_the_sizes_of_a_picture_that_was_sent_here():
    assert picture_set("/media/products/ab/abc-1280.webp") == (
        "/media/products/ab/abc-1280.webp 1280w, /media/products/ab/abc-640.webp 640w, "
        "/media/products/ab/abc-320.webp 320w"
    )
    for other in (None, "", "/media/demo/mug.webp", "https://shop.example/products/a-1280.webp"):
        assert picture_set(other) == ""


def test_pictures_are_kept_in_a_bucket_where_one_is_named(bucket, mary, scarf, folder):
    paths = pictures.add_picture(product_id=scarf.pk, file=picture(), now=NOW, actor_id=mary.pk)
    again = pictures.add_picture(product_id=scarf.pk, file=picture(), now=NOW, actor_id=mary.pk)

    kept = {one["Key"]: one["Size"] for one in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert (set(kept), again) == (set(paths.values()), paths)
    one = bucket.get_object(Bucket=BUCKET, Key=paths["small"])
    assert (one["ContentType"], one["CacheControl"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert Image.open(io.BytesIO(one["Body"].read())).width == 320
    assert not folder.exists()


def test_the_desk_adds_a_picture_and_tells_of_one_that_will_not_do(client, mary, scarf):
    client.force_login(mary)
    page = f"/admin/catalogue/product/{scarf.pk}/change/"
    fields = {
        "title": scarf.title,
        "slug": scarf.slug,
        "category": str(scarf.category_id),
        "price": "20.00",
        "currency": "GBP",
        "review_count": "0",
        "status": "ACTIVE",
        "brand": scarf.brand,
        "stock": "5",
        "tags": "silk",
        "occasions": ["birthday"],
    }

    added = client.post(page, fields | {"new_picture": picture()}, follow=True)
    scarf.refresh_from_db()
    wrong = {"image": scarf.image, "new_picture": SimpleUploadedFile("a.svg", b"<svg/>")}
    not_added = client.post(page, fields | wrong, follow=True)

    scarf.refresh_from_db()
    assert (added.status_code, scarf.image.startswith("products/"), scarf.images) == (200, True, [])
    assert "The picture was not added: Takes JPEG, PNG and WebP." in not_added.content.decode()
