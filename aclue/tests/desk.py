"""The staff screens as tests fill them in."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse


def page_of(model, name, *args):
    """Return the address of a screen of a model: its changelist, add, change, delete."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def product_form(**values):
    return {
        "title": "Paper lamp",
        "slug": "",
        "description": "",
        "brand": "Larkfield",
        "price": "34.99",
        "currency": "GBP",
        "stock": "7",
        "image": "",
        "affiliate_url": "",
        "asin": "",
        "external_reference": "",
        "rating": "",
        "review_count": "0",
        "tags": " paper, , light ",
        "occasions": ["housewarming"],
        "status": "ACTIVE",
        **values,
    }


def category_form(**values):
    return {"name": "Lamps", "slug": "lamps", "parent": "", "description": "", "image": "", "position": "1", **values}


def person_form(**values):
    return {"subscription_tier": "FREE", "is_active": "on", "roles": [], "new_password": "", **values}


def upload_form(
    content=b"external_reference,title,price,category\nA1,Hat,20,accessories\n", name="gifts.csv", **values
):
    file = SimpleUploadedFile(name, content)
    return {"file": file, "mode": "UPSERT", "is_dry_run": "on", **values}


def programme_form(**values):
    return {
        "name": "Otterburn",
        "slug": "otterburn",
        "hosts": "www.otterburn.example\nOtterburn.example",
        "tag_parameter": "tag",
        "tags": "gb otter-21\nUS otter-20",
        "sub_id_parameter": "sub",
        "is_active": "on",
        **values,
    }


def rate_form(programme, **values):
    return {
        "programme": programme.pk,
        "category": "",
        "percent": "4.5",
        "since_on": "2026-01-01",
        "until_on": "",
        **values,
    }


def report_form(programme, content=b"external_reference,ordered_at,amount,currency\nO-1,2026-11-20,20.00,GBP\n"):
    return {"programme": programme.pk, "file": SimpleUploadedFile("november.csv", content)}
