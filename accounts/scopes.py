"""What an API key may be made for; a key does what its scopes name, and never more than its owner may.

A view takes keys for the methods that it names in `key_scopes`, `{"GET": "orders:read"}`, and for no other.
"""

SCOPES: dict[str, str] = {
    "profile:read": "Read one's own profile.",
    "catalogue:read": "Read products and categories, with the fields that the owner's roles show.",
    "catalogue:write": "Add, change, upload and take away products, as far as the owner's roles allow it.",
    "affiliate:write": "Bring in what affiliate networks report, as far as the owner's roles allow it.",
    "recommendations:read": "Read recommendations and the reasons for them.",
    "recommendations:write": "Make one's list anew and tell what became of a recommendation.",
    "swipes:read": "Read one's swiping sessions, decks, tastes and history.",
    "swipes:write": "Begin sessions, swipe, take an answer back and report events.",
    "orders:read": "Read one's cart and orders.",
    "orders:write": "Fill one's cart, order and cancel; take orders' steps, as far as the owner's roles allow it.",
}
