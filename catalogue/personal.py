"""What the catalogue keeps about people: who of the staff uploaded which file of products."""

import uuid
from datetime import datetime

from catalogue.models import BulkUpload
from common.personal import PersonalTables


class Uploading(PersonalTables):
    """Uploads are the shop's; only who asked for one is somebody."""

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """An upload that the person asked for was asked for by nobody then."""
        BulkUpload.objects.filter(requested_by=user_id).update(requested_by=None)
