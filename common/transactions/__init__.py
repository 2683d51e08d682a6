"""Order lines from a shop's own export: how they are read, and which of them are sales of products.

Plain pandas, no Django: the import of orders and the judging of models must keep the very same lines.
"""

from common.transactions.presets import PRESETS, Columns, Preset
from common.transactions.reading import UnreadableTransactions, read_transactions
from common.transactions.rules import keep_products, kept

__all__ = [
    "PRESETS",
    "Columns",
    "Preset",
    "UnreadableTransactions",
    "keep_products",
    "kept",
    "read_transactions",
]
