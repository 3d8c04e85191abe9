"""How large an upload may be, decided before its first byte is stored: visitors have nothing large to send."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MB = 1024 * 1024
VISITORS_MB = 12


class CappedUpload(FileUploadHandler):
    """Refuses what is too large (400) and leaves the rest to the handlers behind it."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        user = getattr(self.request, "user", None)
        is_signed_in = bool(user and user.is_authenticated)
        most = (settings.PRESSREVIEW_IMPORT_MB + 1 if is_signed_in else VISITORS_MB) * MB
        if content_length > most:
            raise RequestDataTooBig(f"The upload is larger than {most // MB} MB.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
